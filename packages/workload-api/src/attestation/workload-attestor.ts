/** A calling process, by the kernel's word. */
export interface WorkloadProcess {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
  /** Epoch milliseconds, good to 20 ms: the kernel counts in hundredths of a second. */
  readonly startedAtMs: number;
}

/** Finds out one kind of truth about a calling process, as selectors (`unix:uid:1000`). */
export interface WorkloadAttestor {
  /** The type of its selectors, which they begin with. */
  readonly name: string;
  /**
   * The selectors, those that matter most first. An attestor that can't see something leaves its selectors
   * out; it never guesses. It throws where it depends on something that is away, such as an engine.
   */
  attest(process: WorkloadProcess): Promise<string[]>;
}
