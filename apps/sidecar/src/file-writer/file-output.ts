/** One folder of files for one program that can't call the Workload API. */
export interface FileOutput {
  /** Stands in the selector that earns the identity, and in the log. */
  readonly name: string;
  /** Absolute; there before, the sidecar's own, and nobody else's to write. */
  readonly directory: string;
  /** Which of the identities; the first one where it is left out. */
  readonly spiffeId: string | undefined;
  readonly tokens: readonly TokenFile[];
  /** Whose files they are, as numbers; the sidecar's own user and group where they are left out. */
  readonly owner: number | undefined;
  readonly group: number | undefined;
  /** Whether the group may read the private key and the tokens, too. */
  readonly groupReads: boolean;
  readonly onChange: OnChange | undefined;
}

/** A JWT-SVID for one list of audiences. */
export interface TokenFile {
  readonly file: string;
  readonly audience: readonly string[];
}

/** How the program hears that its files are new. */
export type OnChange =
  | { readonly kind: 'signal'; readonly signal: 'SIGHUP' | 'SIGUSR1' | 'SIGUSR2'; readonly pidFile: string }
  | { readonly kind: 'command'; readonly command: readonly string[]; readonly timeoutSeconds: number };

/**
 * There is no caller to attest: all that the sidecar vouches for is that it writes files of this name.
 * No attestor of processes has selectors of this type, so a policy lets an identity out to a disk only
 * where it says so.
 */
export function selectorsOf({ name }: FileOutput): readonly string[] {
  return [`file-output:${name}`];
}
