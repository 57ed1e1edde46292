/** What the processes of the bench are told, and what they answer, over the channel that Node gives a child. */
export type Order =
  /** Of the load: so many requests a second from this process, each by an identity that is drawn. */
  | { readonly order: 'send'; readonly url: string; readonly ratePerSecond: number }
  /** Everything held now is what is to be replaced; counts begin anew. */
  | { readonly order: 'mark' }
  | { readonly order: 'progress' }
  | { readonly order: 'report' };

export interface Progress {
  readonly held: number;
  readonly replaced: number;
}

/** Of all requests since the mark, by how they ended. */
export interface RequestCounts {
  readonly sent: number;
  readonly accepted: number;
  /** By cause: an error's code, or an HTTP status. */
  readonly failed: Readonly<Record<string, number>>;
  /** Due, and not sent: too many were under way. */
  readonly dropped: number;
  readonly latenciesMs: readonly number[];
}

export interface WorkloadReport {
  readonly held: number;
  /** When each identity was first held under another authority than at the mark, epoch milliseconds. */
  readonly replacedAtMs: readonly number[];
  /** By authority key identifier: how many SVIDs it has signed, at the mark and now. */
  readonly before: Readonly<Record<string, number>>;
  readonly after: Readonly<Record<string, number>>;
  /** Identities whose serial number is the one of the mark. */
  readonly sameSerial: number;
  /** Complete states that came since the mark, over all streams. */
  readonly updates: number;
  readonly requests: RequestCounts;
  /** Streams that were lost, or states that could not be used, by code. */
  readonly streamErrors: Readonly<Record<string, number>>;
}

/** How many peers a verifier refused after their handshake, by code. */
export interface VerifierReport {
  readonly accepted: number;
  readonly refused: Readonly<Record<string, number>>;
}
