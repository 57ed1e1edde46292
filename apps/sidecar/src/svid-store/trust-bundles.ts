import { isDeepStrictEqual } from 'node:util';
import type { TrustBundleDocument } from '@blastradius/contracts';
import {
  type BundleView,
  federatedKeys,
  ownKeys,
  type PublishedBundles,
  viewBundles,
} from './bundle-view.ts';

/** The trust domain's bundle, and those of the ones it federates with. */
export interface HeldBundle {
  readonly document: TrustBundleDocument;
  /** Authorities by which nothing should be signed any longer, hex of their key identifiers or kids. */
  readonly taintedKeyIds: ReadonlySet<string>;
}

/** Hears of a bundle of another trust domain that can't be read; its workloads can't be verified meanwhile. */
export type OnUnreadableBundle = (trustDomain: string, error: unknown) => void;

/** The newest bundle that the issuer has told us, from whichever answer. */
export class TrustBundles {
  readonly #onUnreadable: OnUnreadableBundle;
  #current: HeldBundle;
  #published: PublishedBundles;
  #views = new Map<string, BundleView>();
  readonly #onChange = new Set<() => void>();
  readonly #onTaint = new Set<() => void>();

  constructor(first: TrustBundleDocument, onUnreadable: OnUnreadableBundle = () => {}) {
    this.#onUnreadable = onUnreadable;
    this.#current = hold(first);
    this.#published = this.#publish(first);
  }

  get current(): HeldBundle {
    return this.#current;
  }

  /** The own bundle, DER; the same object for as long as the content is the same. */
  get der(): Uint8Array {
    return this.#published.own.x509;
  }

  /** The same object for the same trust domains until a bundle changes. */
  viewFor(federatesWith: readonly string[]): BundleView {
    const key = federatesWith.join(' ');
    const view = this.#views.get(key) ?? viewBundles(this.#published, federatesWith);
    this.#views.set(key, view);
    return view;
  }

  /** Takes a bundle unless ours is newer (SPIFFE Trust Domain and Bundle, 4.1.1: spiffe_sequence). */
  offer(document: TrustBundleDocument): void {
    const known = this.#current.document;
    if (document.trustDomain !== known.trustDomain || document.sequence < known.sequence) return;
    this.#current = hold(document);
    if (!isDeepStrictEqual(keysIn(document), keysIn(known))) {
      this.#published = this.#publish(document);
      this.#views = new Map();
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

  #publish(document: TrustBundleDocument): PublishedBundles {
    const { trustDomain, federatedBundles } = document;
    const own = ownKeys(document);
    // Every message for an SVID is encoded with its bundle: the same bytes should be the same object.
    const isSameX509 = this.#published !== undefined && Buffer.from(own.x509).equals(this.der);
    const federated = Object.entries(federatedBundles).flatMap(([foreign, text]) => {
      try {
        return [[foreign, federatedKeys(foreign, text)] as const];
      } catch (error) {
        this.#onUnreadable(foreign, error);
        return [];
      }
    });
    return {
      trustDomain,
      own: isSameX509 ? { ...own, x509: this.der } : own,
      federated: new Map(federated),
    };
  }
}

function hold(document: TrustBundleDocument): HeldBundle {
  return { document, taintedKeyIds: new Set(document.taintedAuthorityKeyIds) };
}

function keysIn(document: TrustBundleDocument) {
  const { x509Authorities, jwtAuthorities, witAuthorities, federatedBundles } = document;
  return { x509Authorities, jwtAuthorities, witAuthorities, federatedBundles };
}
