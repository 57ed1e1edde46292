/** An X509-SVID as the deny list looks at it. */
export interface ShownSvid {
  readonly spiffeId: string;
  /** Hex in lower case. */
  readonly serial: string;
  readonly notBeforeMs: number;
}

export interface Revocations {
  readonly serials: readonly string[];
  /** All SVIDs of the identity that begin before the moment. */
  readonly identities: readonly { readonly spiffeId: string; readonly issuedBeforeMs: number }[];
}

/** What is revoked before its end; asked at every request. */
export class DenyList {
  readonly #serials = new Set<string>();
  readonly #issuedBeforeMs = new Map<string, number>();

  isRevoked({ spiffeId, serial, notBeforeMs }: ShownSvid): boolean {
    return this.#serials.has(serial) || notBeforeMs < (this.#issuedBeforeMs.get(spiffeId) ?? 0);
  }

  /** Nothing that was revoked is taken back: of two moments the later one counts. */
  add({ serials, identities }: Revocations): void {
    for (const serial of serials) this.#serials.add(serial);
    for (const { spiffeId, issuedBeforeMs } of identities) {
      const known = this.#issuedBeforeMs.get(spiffeId) ?? 0;
      this.#issuedBeforeMs.set(spiffeId, Math.max(known, issuedBeforeMs));
    }
  }
}
