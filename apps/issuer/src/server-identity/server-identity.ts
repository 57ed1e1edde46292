import { constants } from 'node:crypto';
import { isIP } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import type { Clock } from '@blastradius/kernel';
import { generateP256KeyPair } from '@blastradius/pki';
import { authorityKeyIdOf, certificatesToPem, subjectKeyIdOf } from '@blastradius/spiffe';
import type { IssuerLedger } from '../audit/issuer-ledger.ts';
import type { Authorities } from '../authority/authorities.ts';
import type { TrustDomainState } from '../authority/trust-domain-state.ts';
import type { IssuanceTerms } from '../issuance/issuance-terms.ts';
import { mintChecked } from '../issuance/mint-checked.ts';

interface ServerIdentityParts {
  readonly authorities: Authorities;
  readonly terms: IssuanceTerms;
  readonly ledger: IssuerLedger;
  readonly clock: Clock;
  /** Whose certificates may admit a sidecar, DER. */
  readonly nodeAuthorities: readonly Uint8Array[];
  /** By which names clients call us, beside `localhost`. */
  readonly dnsNames: readonly string[];
}

interface OwnSvid {
  readonly certificatePem: string;
  readonly keyPem: string;
  readonly mintedAtMs: number;
  readonly renewAtMs: number;
  /** Which authority signed it. */
  readonly authorityKeyId: string | undefined;
}

/** Compressed time may leave workloads a few seconds; the door itself need not change that often. */
const ttlSecondsMin = 10;

/** The issuer's own SVID, `spiffe://<trust domain>/issuer`: from its own authority, in memory only. */
export class ServerIdentity {
  readonly #parts: ServerIdentityParts;
  #svid: OwnSvid | undefined;
  #revision: number | undefined;

  constructor(parts: ServerIdentityParts) {
    this.#parts = parts;
  }

  /**
   * New options for TLS where the SVID is past half of its life, its authority is tainted or revoked, or
   * the bundle has changed; else null.
   */
  async refresh(): Promise<SecureContextOptions | null> {
    const state = await this.#parts.authorities.state();
    const { revision, bundle } = state;
    const fresh = this.#freshSvid(state);
    if (fresh !== undefined && revision === this.#revision) return null;
    const svid = fresh ?? (await this.#mint());
    this.#svid = svid;
    this.#revision = revision;
    return {
      cert: svid.certificatePem,
      key: svid.keyPem,
      // What clients are told to choose a certificate by; each request is verified by itself.
      ca: certificatesToPem([...bundle.authorities, ...this.#parts.nodeAuthorities]),
      minVersion: 'TLSv1.3',
      // A resumed session would stand for a certificate that nobody has shown again.
      secureOptions: constants.SSL_OP_NO_TICKET,
    };
  }

  #freshSvid({ bundle, taintedKeyIds }: TrustDomainState): OwnSvid | undefined {
    const svid = this.#svid;
    const nowMs = this.#parts.clock.now().getTime();
    // Minted by a clock that has been set back since, it is not valid yet for anyone.
    if (svid === undefined || nowMs >= svid.renewAtMs || nowMs < svid.mintedAtMs) return undefined;
    const keyId = svid.authorityKeyId ?? '';
    const isPublished = bundle.authorities.some((authority) => subjectKeyIdOf(authority) === keyId);
    return isPublished && !taintedKeyIds.includes(keyId) ? svid : undefined;
  }

  async #mint(): Promise<OwnSvid> {
    const keys = await generateP256KeyPair();
    const spiffeId = `spiffe://${this.#parts.terms.trustDomain}/issuer`;
    const authority = await this.#parts.authorities.current('x509');
    const now = this.#parts.clock.now();
    const { document, serial } = mintChecked(authority, {
      spiffeId,
      publicKeySpki: keys.publicKey.export({ type: 'spki', format: 'der' }),
      dnsNames: [...new Set(['localhost', ...this.#parts.dnsNames.filter((name) => isIP(name) === 0)])],
      ipAddresses: ['127.0.0.1'],
      now,
      ttlSeconds: Math.max(ttlSecondsMin, this.#parts.terms.x509SvidTtlSeconds),
    });
    this.#parts.ledger.record({ event: 'svid-issued', spiffeId, serial, reason: 'issuer-server' });
    const chain = document.certificateChain.map((der) => Buffer.from(der, 'base64'));
    return {
      certificatePem: certificatesToPem(chain),
      keyPem: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      mintedAtMs: now.getTime(),
      renewAtMs: (now.getTime() + document.notAfterMs) / 2,
      authorityKeyId: chain[0] && authorityKeyIdOf(chain[0]),
    };
  }
}
