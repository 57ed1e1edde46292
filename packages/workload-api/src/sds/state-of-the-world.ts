import type { SecretCatalogue } from './secret-catalogue.ts';
import { SecretsNotAuthorized } from './secret-discovery.errors.ts';
import {
  type DiscoveryRequest,
  type DiscoveryResponse,
  type EnvoyNode,
  SECRET_TYPE,
} from './secret-discovery-definition.ts';
import {
  assertSecretType,
  nextNonce,
  type SecretSubscription,
  type TakenRequest,
} from './secret-subscription.ts';

/** The name that stands for all. */
export const WILDCARD = '*';

/**
 * The state-of-the-world variant (StreamSecrets): each response holds everything that was asked for. It
 * has no way to say that a secret is gone, so a stream that asks for one ends, as SPIRE's does.
 */
export class StateOfTheWorld implements SecretSubscription<DiscoveryRequest, DiscoveryResponse> {
  node: EnvoyNode | undefined;
  #names: ReadonlySet<string> | undefined;
  #hasNamed = false;
  #nonce = '';
  #version = 0;
  /** Names and versions of what was sent last. */
  #sent: string | undefined;

  take(request: DiscoveryRequest): TakenRequest {
    assertSecretType(request.typeUrl);
    // The client had not yet seen our last response; it will answer that one, too.
    if (this.#nonce !== '' && request.responseNonce !== this.#nonce) return { stale: true };
    this.node = request.node ?? this.node;
    this.#subscribe(request.resourceNames.filter((name) => name !== ''));
    // What was rejected is not sent again until something changes: it would be rejected again.
    return request.errorDetail === null ? {} : { rejection: request.errorDetail.message };
  }

  answer(catalogue: SecretCatalogue): DiscoveryResponse | undefined {
    if (this.#names === undefined) return undefined;
    const found = findSecrets(catalogue, this.#names);
    const sent = JSON.stringify(found.map(([name, { version }]) => [name, version]));
    if (sent === this.#sent) return undefined;
    this.#sent = sent;
    this.#nonce = nextNonce();
    this.#version += 1;
    return responseOf(found, { versionInfo: String(this.#version), nonce: this.#nonce });
  }

  withdraw(): undefined {
    return undefined;
  }

  #subscribe(asked: readonly string[]): void {
    // No name means all, but only from a client that has never given one: later it means none.
    const names = new Set(asked.length === 0 && !this.#hasNamed ? [WILDCARD] : asked);
    if (asked.length > 0) this.#hasNamed = true;
    const before = this.#names;
    this.#names = names;
    const same = before?.size === names.size && [...names].every((name) => before.has(name));
    if (!same) this.#sent = undefined;
  }
}

/** FetchSecrets: one question, one answer, nothing to come back to. */
export function fetchSecrets(request: DiscoveryRequest, catalogue: SecretCatalogue): DiscoveryResponse {
  const names = request.resourceNames.filter((name) => name !== '');
  const found = findSecrets(catalogue, new Set(names.length === 0 ? [WILDCARD] : names));
  return responseOf(found, { versionInfo: '', nonce: '' });
}

type Found = readonly (readonly [string, NonNullable<ReturnType<SecretCatalogue['find']>>])[];

function findSecrets(catalogue: SecretCatalogue, asked: ReadonlySet<string>): Found {
  const names = new Set([...asked].flatMap((name) => (name === WILDCARD ? catalogue.names : [name])));
  const looked = [...names].map((name) => [name, catalogue.find(name)] as const);
  const missing = looked.flatMap(([name, secret]) => (secret === undefined ? [name] : []));
  if (missing.length > 0) {
    const publicDetail = `workload is not authorized for the requested identities ${JSON.stringify(missing.sort())}`;
    throw new SecretsNotAuthorized('the caller has no secrets by these names', {
      publicDetail,
      context: { names: missing },
    });
  }
  return looked.flatMap(([name, secret]) => (secret === undefined ? [] : [[name, secret] as const]));
}

function responseOf(
  found: Found,
  { versionInfo, nonce }: Pick<DiscoveryResponse, 'versionInfo' | 'nonce'>,
): DiscoveryResponse {
  return { versionInfo, nonce, typeUrl: SECRET_TYPE, resources: found.map(([, secret]) => secret.pack()) };
}
