import type { TrustBundleDocument } from '@blastradius/contracts';

/** The trust domain's bundle in the form that workloads get it. */
export interface HeldBundle {
  readonly document: TrustBundleDocument;
  /** The authorities, DER, one after the other. */
  readonly der: Uint8Array;
  /** By the trust domain's SPIFFE ID; the same object for as long as the content is the same. */
  readonly byTrustDomain: ReadonlyMap<string, Uint8Array>;
  /** Authorities by which nothing should be signed any longer, hex of their key identifiers. */
  readonly taintedKeyIds: ReadonlySet<string>;
}

/** The newest bundle that the issuer has told us, from whichever answer. */
export class TrustBundles {
  #current: HeldBundle;
  readonly #onChange = new Set<() => void>();
  readonly #onTaint = new Set<() => void>();

  constructor(first: TrustBundleDocument) {
    this.#current = hold(first);
  }

  get current(): HeldBundle {
    return this.#current;
  }

  /** Takes a bundle unless ours is newer (SPIFFE Trust Domain and Bundle, 4.1.1: spiffe_sequence). */
  offer(document: TrustBundleDocument): void {
    const known = this.#current.document;
    if (document.trustDomain !== known.trustDomain || document.sequence < known.sequence) return;
    const held = hold(document);
    if (sameAuthorities(document, known)) {
      const { der, byTrustDomain } = this.#current;
      this.#current = { ...held, der, byTrustDomain };
    } else {
      this.#current = held;
      for (const listener of this.#onChange) listener();
    }
    const isNew = document.taintedAuthorityKeyIds.some((id) => !known.taintedAuthorityKeyIds.includes(id));
    if (isNew) for (const listener of this.#onTaint) listener();
  }

  onChange(listener: () => void): void {
    this.#onChange.add(listener);
  }

  /** A further authority is tainted: what it has signed is to be replaced at once. */
  onTaint(listener: () => void): void {
    this.#onTaint.add(listener);
  }
}

function hold(document: TrustBundleDocument): HeldBundle {
  const der = Buffer.concat(document.x509Authorities.map((authority) => Buffer.from(authority, 'base64')));
  return {
    document,
    der,
    byTrustDomain: new Map([[`spiffe://${document.trustDomain}`, der]]),
    taintedKeyIds: new Set(document.taintedAuthorityKeyIds),
  };
}

function sameAuthorities(one: TrustBundleDocument, other: TrustBundleDocument): boolean {
  const [a, b] = [one.x509Authorities, other.x509Authorities];
  return a.length === b.length && a.every((authority, index) => authority === b[index]);
}
