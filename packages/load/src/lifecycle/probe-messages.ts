/** The kinds of SVIDs, whose key sets are led through their life. */
export const svidKinds = ['x509', 'jwt', 'wit'] as const;
export type SvidKind = (typeof svidKinds)[number];

/** Where somebody decides whether an SVID is accepted. */
export type Verifier = 'network' | 'library' | 'workload-api';

export type ProbeOrder =
  /** The thief takes what the honest one holds now of this kind, and shows it everywhere from now on. */
  | { readonly order: 'steal'; readonly kind: SvidKind }
  /** How it stands. */
  | { readonly order: 'progress' }
  /** The thief has shown this kind for long enough. */
  | { readonly order: 'give-up'; readonly kind: SvidKind }
  | { readonly order: 'report' };

/** What became of one piece of loot at one verifier. Instants are epoch milliseconds. */
export interface TheftAttempts {
  readonly kind: SvidKind;
  readonly verifier: Verifier;
  readonly attempts: number;
  readonly accepted: number;
  readonly firstAcceptedAtMs: number | null;
  /** When the answer to the last attempt that was accepted came. */
  readonly lastAcceptedAtMs: number | null;
  /** When the first attempt was sent that was refused and after which none was accepted. */
  readonly refusedSinceMs: number | null;
  /** By code. */
  readonly refusals: Readonly<Record<string, number>>;
}

/** Of the honest uses of tokens, by kind. */
export interface HonestUses {
  readonly sent: number;
  readonly accepted: number;
  readonly failed: readonly { readonly atMs: number; readonly cause: string }[];
}

export interface ProbeReport {
  readonly thefts: readonly TheftAttempts[];
  readonly honest: Readonly<Record<'jwt' | 'wit', HonestUses>>;
}
