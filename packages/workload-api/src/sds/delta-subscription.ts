import type { SecretCatalogue } from './secret-catalogue.ts';
import {
  type DeltaDiscoveryRequest,
  type DeltaDiscoveryResponse,
  type EnvoyNode,
  SECRET_TYPE,
} from './secret-discovery-definition.ts';
import {
  assertFewNames,
  assertSecretType,
  nextNonce,
  type SecretSubscription,
  type TakenRequest,
} from './secret-subscription.ts';
import { WILDCARD } from './state-of-the-world.ts';

/**
 * The incremental variant (DeltaSecrets): a response holds what the client doesn't have yet, and the
 * names of what is gone. A name that is not there yet is kept, and answered when it comes.
 */
export class DeltaSubscription implements SecretSubscription<DeltaDiscoveryRequest, DeltaDiscoveryResponse> {
  node: EnvoyNode | undefined;
  readonly #names = new Set<string>();
  #wildcard = false;
  #begun = false;
  /** The versions that the client has, by its word at first and by ours since. */
  readonly #held = new Map<string, string>();
  /** To be answered in any case, whatever the client has. */
  readonly #due = new Set<string>();
  #version = 0;

  take(request: DeltaDiscoveryRequest): TakenRequest {
    assertSecretType(request.typeUrl);
    this.node = request.node ?? this.node;
    if (!this.#begun) this.#begin(request);
    for (const name of request.resourceNamesSubscribe) this.#subscribe(name);
    for (const name of request.resourceNamesUnsubscribe) this.#unsubscribe(name);
    this.#begun = true;
    assertFewNames(this.#names.size);
    // What was rejected counts as held: it would be rejected again. Subscribing anew asks for it anew.
    return request.errorDetail === null ? {} : { rejection: request.errorDetail.message };
  }

  answer(catalogue: SecretCatalogue): DeltaDiscoveryResponse | undefined {
    if (!this.#begun) return undefined;
    const wanted = new Set([...this.#names, ...(this.#wildcard ? catalogue.names : [])]);
    const changed = [...wanted].flatMap((name) => this.#changed(name, catalogue));
    const isGone = (name: string) => catalogue.find(name) === undefined;
    const unanswered = [...this.#due].filter((name) => !wanted.has(name) || isGone(name));
    const removed = [...new Set([...[...this.#held.keys()].filter(isGone), ...unanswered])];
    for (const name of removed) this.#held.delete(name);
    for (const { name, version } of changed) this.#held.set(name, version);
    this.#due.clear();
    return changed.length === 0 && removed.length === 0 ? undefined : this.#response(changed, removed);
  }

  withdraw(): DeltaDiscoveryResponse | undefined {
    const removed = [...this.#held.keys()];
    this.#held.clear();
    return removed.length === 0 ? undefined : this.#response([], removed);
  }

  #begin(request: DeltaDiscoveryRequest): void {
    // A client that names nothing at first wants all, and never said so by the wildcard's name.
    this.#wildcard = request.resourceNamesSubscribe.length === 0;
    // It comes back after a broken stream, and keeps what it has.
    for (const [name, version] of Object.entries(request.initialResourceVersions)) {
      this.#held.set(name, version);
    }
  }

  #subscribe(name: string): void {
    if (name === '') return;
    if (name === WILDCARD) this.#wildcard = true;
    else this.#names.add(name);
    // Asked for again, a secret is sent again; at first the versions that came along decide.
    if (name !== WILDCARD && (this.#begun || !this.#held.has(name))) this.#due.add(name);
  }

  #unsubscribe(name: string): void {
    if (name === WILDCARD) {
      this.#wildcard = false;
      for (const held of this.#held.keys()) if (!this.#names.has(held)) this.#held.delete(held);
      return;
    }
    if (!this.#names.delete(name)) return;
    this.#due.delete(name);
    // The wildcard may still cover it: the client forgets it, and is told again what is there.
    this.#held.delete(name);
    if (this.#wildcard) this.#due.add(name);
  }

  #changed(name: string, catalogue: SecretCatalogue) {
    const secret = catalogue.find(name);
    if (secret === undefined) return [];
    if (!this.#due.has(name) && this.#held.get(name) === secret.version) return [];
    return [{ name, version: secret.version, resource: secret.pack() }];
  }

  #response(
    resources: DeltaDiscoveryResponse['resources'],
    removedResources: readonly string[],
  ): DeltaDiscoveryResponse {
    this.#version += 1;
    return {
      systemVersionInfo: String(this.#version),
      typeUrl: SECRET_TYPE,
      nonce: nextNonce(),
      resources,
      removedResources,
    };
  }
}
