import type { AuthorityJwk, TrustBundleDocument } from '@blastradius/contracts';
import { formatJwtBundle, formatWitBundle, parseSpiffeBundle } from '@blastradius/spiffe';
import type { TokenBundles } from '@blastradius/workload-api';

/** The bundles that callers get who federate with the same trust domains, by trust domain ID; never changed in place. */
export interface BundleView {
  /** The own trust domain alone; certificates as DER, one after the other. */
  readonly x509: ReadonlyMap<string, Uint8Array>;
  readonly federatedX509: ReadonlyMap<string, Uint8Array>;
  /** JWK Sets, the own trust domain's and the foreign ones. */
  readonly jwt: TokenBundles;
  readonly wit: TokenBundles;
}

/** What one trust domain publishes, as the Workload API gives it. */
export interface PublishedKeys {
  /** Certificates, DER, one after the other. */
  readonly x509: Uint8Array;
  /** JWK Sets. */
  readonly jwt: string;
  readonly wit: string;
}

export function ownKeys(document: TrustBundleDocument): PublishedKeys {
  return {
    x509: Buffer.concat(document.x509Authorities.map((authority) => Buffer.from(authority, 'base64'))),
    jwt: jwkSet(document.jwtAuthorities),
    wit: jwkSet(document.witAuthorities, 'wit-svid'),
  };
}

/** Throws where the document is no SPIFFE bundle. */
export function federatedKeys(trustDomain: string, document: string): PublishedKeys {
  const bundle = parseSpiffeBundle(trustDomain, document);
  return {
    x509: Buffer.concat(bundle.x509Authorities),
    jwt: formatJwtBundle({ trustDomain, authorities: bundle.jwtAuthorities }),
    wit: formatWitBundle({ trustDomain, authorities: bundle.witAuthorities }),
  };
}

export interface PublishedBundles {
  readonly trustDomain: string;
  readonly own: PublishedKeys;
  /** By trust domain. */
  readonly federated: ReadonlyMap<string, PublishedKeys>;
}

/** Bundles of trust domains that we know none of are left out. */
export function viewBundles(bundles: PublishedBundles, federatesWith: readonly string[]): BundleView {
  const foreign = federatesWith.flatMap((trustDomain): [string, PublishedKeys][] => {
    const keys = bundles.federated.get(trustDomain);
    return keys === undefined ? [] : [[`spiffe://${trustDomain}`, keys]];
  });
  const own: [string, PublishedKeys] = [`spiffe://${bundles.trustDomain}`, bundles.own];
  return {
    x509: new Map([[own[0], own[1].x509]]),
    federatedX509: new Map(foreign.map(([id, keys]) => [id, keys.x509])),
    jwt: new Map([own, ...foreign].map(([id, keys]) => [id, keys.jwt])),
    wit: new Map([own, ...foreign].map(([id, keys]) => [id, keys.wit])),
  };
}

/** JWT bundles carry no `use`, as SPIRE's don't (SPIFFE Workload API, 6.2.2: a standard JWK Set). */
function jwkSet(authorities: readonly AuthorityJwk[], use?: string): string {
  const keys = authorities.map(({ kty, kid, crv, x, y }) => ({ kty, ...(use && { use }), kid, crv, x, y }));
  return JSON.stringify({ keys });
}
