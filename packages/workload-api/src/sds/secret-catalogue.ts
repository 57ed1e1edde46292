import { createHash, createPrivateKey } from 'node:crypto';
import { certificatesToPem, splitCertificates, type X509SvidMessage } from '@blastradius/spiffe';
import type { X509Snapshot } from '../workload-identities.ts';
import { type PackedMessage, secretDiscovery } from './secret-discovery-definition.ts';

/** Names that stand for whatever the caller has; SPIRE's defaults. */
const DEFAULT_SVID = 'default';
const DEFAULT_BUNDLE = 'ROOTCA';
const ALL_BUNDLES = 'ALL';

/** One secret under one name. */
export interface SecretResource {
  /** Changes with the content. It is made of what is public: the certificate goes with exactly one key. */
  readonly version: string;
  pack(): PackedMessage;
}

/** What one caller may have at one moment, by name. */
export interface SecretCatalogue {
  /** Undefined where the caller has nothing by this name. */
  find(name: string): SecretResource | undefined;
  /** What a client gets that names nothing: each SVID and each bundle once, under its own name. */
  readonly names: readonly string[];
}

interface Authorities {
  readonly trustDomain: string;
  readonly pem: string;
}

/** SVIDs by SPIFFE ID, bundles by the ID of their trust domain, and the names that stand for them. */
export function secretCatalogue(snapshot: X509Snapshot, spiffeValidator: boolean): SecretCatalogue {
  const svids = new Map(snapshot.svids.map((svid) => [svid.spiffeId, svid]));
  // An empty bundle trusts nobody, and Envoy takes no empty one: it is the same to have none.
  const published = [...snapshot.bundles, ...snapshot.federatedBundles].filter(([, der]) => der.length > 0);
  const bundles = new Map(published);
  const [ownTrustDomainId] = snapshot.bundles.keys();
  const [defaultSvid] = snapshot.svids;

  const bundle = (name: string, trustDomainIds: readonly string[]): SecretResource => {
    const all = trustDomainIds.map((id) => authoritiesOf(id, bundles.get(id)));
    return validationContext(name, all, spiffeValidator);
  };
  const find = (name: string): SecretResource | undefined => {
    if (name === DEFAULT_SVID) return defaultSvid && tlsCertificate(name, defaultSvid);
    if (name === DEFAULT_BUNDLE) {
      return ownTrustDomainId !== undefined && bundles.has(ownTrustDomainId)
        ? bundle(name, [ownTrustDomainId])
        : undefined;
    }
    // Plain CA certificates of several trust domains in one heap would let each vouch for the others.
    if (name === ALL_BUNDLES) return spiffeValidator ? bundle(name, [...bundles.keys()].sort()) : undefined;
    const svid = svids.get(name);
    if (svid !== undefined) return tlsCertificate(name, svid);
    return bundles.has(name) ? bundle(name, [name]) : undefined;
  };
  return { find, names: [...bundles.keys(), ...svids.keys()] };
}

function tlsCertificate(name: string, svid: X509SvidMessage): SecretResource {
  return {
    version: versionOf([svid.x509Svid]),
    pack: () =>
      secretDiscovery().packTls('Secret', {
        name,
        tlsCertificate: {
          certificateChain: { inlineBytes: Buffer.from(certificatesToPem(splitCertificates(svid.x509Svid))) },
          privateKey: { inlineBytes: privateKeyPem(svid.x509SvidKey) },
        },
      }),
  };
}

function validationContext(
  name: string,
  authorities: readonly Authorities[],
  spiffeValidator: boolean,
): SecretResource {
  const content = authorities.flatMap(({ trustDomain, pem }) => [Buffer.from(trustDomain), Buffer.from(pem)]);
  const pack = () => {
    const validation = spiffeValidator ? spiffeValidation(authorities) : plainValidation(authorities);
    return secretDiscovery().packTls('Secret', { name, validationContext: validation });
  };
  return { version: versionOf([Buffer.from(String(spiffeValidator)), ...content]), pack };
}

function spiffeValidation(authorities: readonly Authorities[]) {
  const trustDomains = authorities.map(({ trustDomain, pem }) => ({
    name: trustDomain,
    trustBundle: { inlineBytes: Buffer.from(pem) },
  }));
  return {
    customValidatorConfig: {
      name: 'envoy.tls.cert_validator.spiffe',
      typedConfig: secretDiscovery().packTls('SPIFFECertValidatorConfig', { trustDomains }),
    },
  };
}

function plainValidation(authorities: readonly Authorities[]) {
  return { trustedCa: { inlineBytes: Buffer.from(authorities.map(({ pem }) => pem).join('')) } };
}

function authoritiesOf(trustDomainId: string, der: Uint8Array | undefined): Authorities {
  return {
    trustDomain: trustDomainId.slice('spiffe://'.length),
    pem: der === undefined ? '' : certificatesToPem(splitCertificates(der)),
  };
}

function privateKeyPem(pkcs8: Uint8Array): Buffer {
  const key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
  return Buffer.from(key.export({ format: 'pem', type: 'pkcs8' }));
}

function versionOf(parts: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  // Each with its length before it, so that no two lists of parts read the same.
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest('hex').slice(0, 32);
}
