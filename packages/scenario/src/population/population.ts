/** The person behind an agent; all addresses are under reserved example domains (RFC 2606). */
export interface Owner {
  readonly xHandle: string;
  readonly xName: string;
  readonly email: string;
}

export interface PlannedAgent {
  readonly index: number;
  /** Unique; 3 to 30 of A-Z, a-z, 0-9 and _. */
  readonly name: string;
  readonly description: string;
  /** A process of its own, or one of many in a shared process. */
  readonly hosting: 'process' | 'multiplexed';
  readonly owner: Owner;
  /** A reader never writes, in no arm; whether it could is the arm's matter. */
  readonly role: 'reader' | 'writer';
}

export interface PlannedSubmolt {
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
}

export interface Population {
  readonly agents: readonly PlannedAgent[];
  readonly submolts: readonly PlannedSubmolt[];
}
