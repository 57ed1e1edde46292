/** One requirement of a standard on what an issuer mints or publishes. */
export interface Clause<Artifact> {
  readonly standard: 'SPIFFE-ID' | 'X509-SVID' | 'JWT-SVID' | 'WIT-SVID' | 'Bundle';
  readonly section: string;
  readonly says: string;
  readonly holds: (artifact: Artifact) => boolean;
  /** The same artifact, breaking this clause: a check that takes it would take anything. */
  readonly broken: (artifact: Artifact) => Artifact;
}

export type Members = Readonly<Record<string, unknown>>;

export const ALGORITHMS = ['RS', 'ES', 'PS'].flatMap((family) =>
  [256, 384, 512].map((bits) => `${family}${bits}`),
);
