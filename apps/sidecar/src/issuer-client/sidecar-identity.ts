import { issuance, type TrustBundleDocument, type X509SvidDocument } from '@blastradius/contracts';
import type { Clock, Random } from '@blastradius/kernel';
import { authorityKeyIdOf } from '@blastradius/spiffe';
import { createKeyAndCsr, type KeyAndCsr } from '../key-and-csr.ts';
import { renewAtMs, type SvidLifetime } from '../rotation/renewal-time.ts';
import { toBase64 } from './base64.ts';
import { IssuerUnavailable, JoinTokenLost } from './issuer-client.errors.ts';
import type { IssuerConnection } from './issuer-connection.ts';
import type { OwnSvid } from './issuer-tls.ts';

export interface SidecarIdentityContext {
  readonly connection: IssuerConnection;
  readonly trustDomain: string;
  readonly clock: Clock;
  readonly random: Random;
}

/** The sidecar's own SVID, `spiffe://<trust domain>/sidecar/<node>`, which its connection presents. */
export class SidecarIdentity {
  readonly #context: SidecarIdentityContext;
  #svid: OwnSvid;
  #lifetime: SvidLifetime;

  private constructor(context: SidecarIdentityContext, svid: OwnSvid, lifetime: SvidLifetime) {
    this.#context = context;
    this.#svid = svid;
    this.#lifetime = lifetime;
  }

  /**
   * Trades the join token for an SVID; the server is checked against the bootstrap authorities. Rejects
   * with `JoinTokenLost` where the token left and no answer came.
   */
  static async join(
    context: SidecarIdentityContext,
    joinToken: string,
    bootstrapAuthorities: readonly Uint8Array[],
  ): Promise<{ identity: SidecarIdentity; bundle: TrustBundleDocument }> {
    context.connection.use({ authorities: bootstrapAuthorities });
    const requestedAtMs = context.clock.now().getTime();
    // The token decides which node we are; the request's own URI is only a form.
    const pair = await createKeyAndCsr(`spiffe://${context.trustDomain}/sidecar`);
    const request = { joinToken, csr: toBase64(pair.csr) };
    const answer = await sendOnce(context.connection, request);
    const lifetime = { requestedAtMs, notAfterMs: answer.svid.notAfterMs };
    const identity = new SidecarIdentity(context, ownSvid(answer.svid, pair), lifetime);
    identity.trust(answer.bundle);
    return { identity, bundle: answer.bundle };
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
    const requestedAtMs = this.#context.clock.now().getTime();
    const pair = await createKeyAndCsr(this.#svid.spiffeId);
    const request = { csr: toBase64(pair.csr) };
    const answer = await this.#context.connection.post('/v1/renew', request, issuance.joinTokenAnswer);
    this.#svid = ownSvid(answer.svid, pair);
    this.#lifetime = { requestedAtMs, notAfterMs: answer.svid.notAfterMs };
    this.trust(answer.bundle);
    return answer.bundle;
  }

  /** Checks the issuer against this bundle from now on. */
  trust(bundle: TrustBundleDocument): void {
    const authorities = bundle.x509Authorities.map((authority) => Buffer.from(authority, 'base64'));
    this.#context.connection.use({ authorities, svid: this.#svid });
  }
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
