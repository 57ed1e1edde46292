import { X509Certificate } from 'node:crypto';
import { issuance, type TrustBundleDocument, type X509SvidDocument } from '@blastradius/contracts';
import type { Clock, Random } from '@blastradius/kernel';
import { authorityKeyIdOf } from '@blastradius/spiffe';
import { createKeyAndCsr, type KeyAndCsr } from '../key-and-csr.ts';
import { lifetimeOf, renewAtMs, type SvidLifetime } from '../rotation/renewal-time.ts';
import { toBase64 } from './base64.ts';
import { IssuerRefused, IssuerUnavailable, JoinTokenLost } from './issuer-client.errors.ts';
import type { IssuerConnection } from './issuer-connection.ts';
import type { OwnSvid } from './issuer-tls.ts';

export interface SidecarIdentityContext {
  readonly connection: IssuerConnection;
  readonly trustDomain: string;
  readonly clock: Clock;
  readonly random: Random;
}

/** What an admission and a renewal give. */
export interface Admitted {
  readonly svid: OwnSvid;
  readonly lifetime: SvidLifetime;
  readonly bundle: TrustBundleDocument;
}

/** Admits us anew, with no human, while we trust this bundle. */
export type Readmit = (bundle: TrustBundleDocument) => Promise<Admitted>;

/** The sidecar's own SVID, `spiffe://<trust domain>/sidecar/<node>`, which its connection presents. */
export class SidecarIdentity {
  readonly #context: SidecarIdentityContext;
  readonly #readmit: Readmit | undefined;
  #svid: OwnSvid;
  #lifetime: SvidLifetime;
  #bundle: TrustBundleDocument;
  readonly #onRenewed = new Set<() => void>();

  constructor(context: SidecarIdentityContext, { svid, lifetime, bundle }: Admitted, readmit?: Readmit) {
    this.#context = context;
    this.#readmit = readmit;
    this.#svid = svid;
    this.#lifetime = lifetime;
    this.#bundle = bundle;
    this.trust(bundle);
  }

  /** Whether it comes back by itself when its SVID has ended. */
  get canComeBack(): boolean {
    return this.#readmit !== undefined;
  }

  /** What it shows. */
  get svid(): OwnSvid {
    return this.#svid;
  }

  onRenewed(listener: () => void): void {
    this.#onRenewed.add(listener);
  }

  get notAfterMs(): number {
    return this.#lifetime.notAfterMs;
  }

  get lifetimeMs(): number {
    return this.#lifetime.notAfterMs - this.#lifetime.requestedAtMs;
  }

  /** Whether one of these authorities signed the SVID; hex of their key identifiers. */
  isSignedByOneOf(authorityKeyIds: ReadonlySet<string>): boolean {
    const [leaf] = this.#svid.certificateChain;
    const signer = authorityKeyIds.size === 0 || leaf === undefined ? undefined : authorityKeyIdOf(leaf);
    return signer !== undefined && authorityKeyIds.has(signer);
  }

  /** Epoch milliseconds; another draw of the jitter each time it is asked. */
  nextRenewalAtMs(): number {
    return renewAtMs(this.#lifetime, this.#context.random.next());
  }

  /** Gets the next SVID, for a new key. Returns the bundle that came with it. */
  async renew(): Promise<TrustBundleDocument> {
    const { svid, lifetime, bundle } = await this.#next();
    this.#svid = svid;
    this.#lifetime = lifetime;
    this.trust(bundle);
    for (const listener of this.#onRenewed) listener();
    return bundle;
  }

  /** Checks the issuer against this bundle from now on. */
  trust(bundle: TrustBundleDocument): void {
    this.#bundle = bundle;
    this.#context.connection.use({ authorities: authoritiesOf(bundle), clientCertificate: this.#svid });
  }

  async #next(): Promise<Admitted> {
    const readmit = this.#readmit;
    const nowMs = this.#context.clock.now().getTime();
    if (readmit !== undefined && nowMs >= this.#lifetime.notAfterMs) return readmit(this.#bundle);
    try {
      return await this.#renewed(nowMs);
    } catch (error) {
      // An issuer that was restored from a backup may not know who signed what we show.
      if (readmit !== undefined && error instanceof IssuerRefused) return readmit(this.#bundle);
      throw error;
    }
  }

  async #renewed(requestedAtMs: number): Promise<Admitted> {
    const pair = await createKeyAndCsr(this.#svid.spiffeId);
    const request = { csr: toBase64(pair.csr) };
    const answer = await this.#context.connection.post('/v1/renew', request, issuance.joinTokenAnswer);
    return admittedAs(answer, pair, { requestedAtMs, clock: this.#context.clock });
  }
}

/**
 * Trades the join token for an SVID; the server is checked against the bootstrap authorities. Rejects
 * with `JoinTokenLost` where the token left and no answer came.
 */
export async function joinByToken(
  { connection, trustDomain, clock }: SidecarIdentityContext,
  joinToken: string,
  bootstrapAuthorities: readonly Uint8Array[],
): Promise<Admitted> {
  connection.use({ authorities: bootstrapAuthorities });
  const requestedAtMs = clock.now().getTime();
  // The token decides which node we are; the request's own URI is only a form.
  const pair = await createKeyAndCsr(`spiffe://${trustDomain}/sidecar`);
  const answer = await sendOnce(connection, { joinToken, csr: toBase64(pair.csr) });
  return admittedAs(answer, pair, { requestedAtMs, clock });
}

/** DER. */
export function authoritiesOf({ x509Authorities }: TrustBundleDocument): Uint8Array[] {
  return x509Authorities.map((authority) => Buffer.from(authority, 'base64'));
}

/** Throws `ClocksDiffer` for an SVID that is of no use by our clock. */
export function admittedAs(
  { svid, bundle }: { readonly svid: X509SvidDocument; readonly bundle: TrustBundleDocument },
  pair: KeyAndCsr,
  { requestedAtMs, clock }: { readonly requestedAtMs: number; readonly clock: Clock },
): Admitted {
  const own = ownSvid(svid, pair);
  const [leaf] = own.certificateChain;
  if (leaf === undefined) throw new IssuerUnavailable('the issuer answered without a certificate');
  const issuedAtMs = new X509Certificate(leaf).validFromDate.getTime();
  const span = { issuedAtMs, expiresAtMs: svid.notAfterMs };
  return { svid: own, lifetime: lifetimeOf(span, { requestedAtMs, nowMs: clock.now().getTime() }), bundle };
}

async function sendOnce(connection: IssuerConnection, request: { joinToken: string; csr: string }) {
  let sent = false;
  const onSending = () => {
    sent = true;
  };
  try {
    return await connection.postOnce('/v1/attest/join-token', request, issuance.joinTokenAnswer, onSending);
  } catch (cause) {
    if (!sent || !(cause instanceof IssuerUnavailable)) throw cause;
    throw new JoinTokenLost('the join token was sent, and no good answer came', { cause });
  }
}

function ownSvid(document: X509SvidDocument, pair: KeyAndCsr): OwnSvid {
  return {
    spiffeId: document.spiffeId,
    certificateChain: document.certificateChain.map((certificate) => Buffer.from(certificate, 'base64')),
    privateKeyPem: pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  };
}
