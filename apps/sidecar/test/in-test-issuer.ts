import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type {
  issuance,
  TokenSvidDocument,
  TrustBundleDocument,
  X509SvidDocument,
} from '@blastradius/contracts';
import {
  type Authority,
  createAuthority,
  createTokenAuthority,
  generateP256KeyPair,
  mintJwtSvid,
  mintWitSvid,
  mintX509Svid,
  p256Jwk,
  type TokenAuthority,
  verifyCsr,
} from '@blastradius/pki';
import { certificatesToPem, subjectKeyIdOf, verifyX509Svid, X509BundleSet } from '@blastradius/spiffe';
import type { z } from 'zod';

export const TRUST_DOMAIN = 'moltbook.test';
export const JOIN_TOKEN = 'one-time-token';
const base64 = (der: Uint8Array) => Buffer.from(der).toString('base64');

type Body<T extends z.ZodType> = z.infer<T>;

/** The issuer's API for sidecars over real HTTPS, with real certificates and a policy that is a function. */
export class InTestIssuer {
  svidTtlMs = 3_600_000;
  sidecarTtlMs = 3_600_000;
  tokenTtlMs = 300_000;
  federatesWith: string[] | undefined;
  federatedBundles: Record<string, string> = {};
  tokensMinted = 0;
  serverId = `spiffe://${TRUST_DOMAIN}/issuer`;
  entitled: (selectors: readonly string[]) => readonly string[] = () => [];
  readonly mintedBatches: number[] = [];
  readonly callers: string[] = [];
  entitlementsAsked = 0;
  renewals = 0;
  readonly joinTokens = new Set([JOIN_TOKEN]);
  /** Takes a join token and cuts the connection instead of answering. */
  losesJoins = false;
  joinsAsked = 0;
  #authorities: Authority[] = [];
  /** For JWT-SVIDs and WIT-SVIDs, the one that signs first. */
  #tokenAuthorities: { jwt: TokenAuthority[]; wit: TokenAuthority[] } = { jwt: [], wit: [] };
  #sequence = 1;
  #taintedKeyIds: string[] = [];
  #server: Server | undefined;
  #port = 0;
  readonly #sockets = new Set<Duplex>();

  get url(): string {
    return `https://127.0.0.1:${this.#port}`;
  }

  get authorities(): Uint8Array[] {
    return this.#authorities.map(({ certificate }) => certificate);
  }

  /** As `BOOTSTRAP_BUNDLE` has it. */
  get bootstrapBundle(): string {
    return this.authorities.map(base64).join(',');
  }

  get bundles(): X509BundleSet {
    return new X509BundleSet([{ trustDomain: TRUST_DOMAIN, authorities: this.authorities }]);
  }

  async start(): Promise<this> {
    if (this.#authorities.length === 0) {
      this.#authorities = [await newAuthority()];
      this.#tokenAuthorities = { jwt: [await newTokenAuthority()], wit: [await newTokenAuthority()] };
    }
    const keys = await generateP256KeyPair();
    const svid = this.#mint(this.serverId, keys.publicKey.export({ type: 'spki', format: 'der' }), 3_600_000);
    const server = createServer({
      minVersion: 'TLSv1.3',
      cert: certificatesToPem(svid.certificateChain.map((der) => Buffer.from(der, 'base64'))),
      key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }),
      requestCert: true,
      rejectUnauthorized: false,
    });
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    server.on('request', async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const text = Buffer.concat(chunks).toString();
      try {
        const answer = this.#answer(request.url ?? '', request.socket as TLSSocket, text && JSON.parse(text));
        if (this.losesJoins && request.url === '/v1/attest/join-token') request.socket.destroy();
        else response.end(JSON.stringify(answer));
      } catch {
        response.writeHead(401).end();
      }
    });
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
    return this;
  }

  /** As `kill -9` would: connections are cut. */
  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server?.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Publishes a further authority, and signs with it from now on. */
  async addAuthority(): Promise<void> {
    this.#authorities = [await newAuthority(), ...this.#authorities];
    this.#sequence += 1;
  }

  /** Publishes a further authority, signs with it, and says that nothing older is to be relied on. */
  async rotateByForce(): Promise<void> {
    await this.addAuthority();
    this.#sequence += 1;
    this.#taintedKeyIds = this.authorities.slice(1).flatMap((der) => subjectKeyIdOf(der) ?? []);
  }

  /** Signs JWT-SVIDs by another key from now on, and says that nothing older is to be relied on. */
  async rotateJwtByForce(): Promise<void> {
    this.#tokenAuthorities.jwt.unshift(await newTokenAuthority());
    this.#sequence += 1;
    this.#taintedKeyIds = this.#tokenAuthorities.jwt.slice(1).map(({ keyId }) => keyId);
  }

  /** An SVID for a server of a test, by no policy. */
  async identityOf(spiffeId: string): Promise<{ cert: string; key: string }> {
    const keys = await generateP256KeyPair();
    const spki = keys.publicKey.export({ type: 'spki', format: 'der' });
    const { certificateChain } = this.#mint(spiffeId, spki, 3_600_000);
    return {
      cert: certificatesToPem(certificateChain.map((der) => Buffer.from(der, 'base64'))),
      key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    };
  }

  #answer(path: string, socket: TLSSocket, body: unknown): object {
    if (path === '/v1/attest/join-token') return this.#join(body as Body<typeof issuance.joinTokenRequest>);
    const { raw } = socket.getPeerCertificate();
    const caller = verifyX509Svid([raw], this.bundles, new Date()).spiffeId.toString();
    this.callers.push(caller);
    switch (path) {
      case '/v1/renew':
        this.renewals += 1;
        return this.#admit(caller, (body as Body<typeof issuance.renewRequest>).csr);
      case '/v1/bundle':
        return this.#bundle();
      case '/v1/entitlements':
        return this.#entitlements(body as Body<typeof issuance.entitlementsRequest>);
      case '/v1/x509-svids':
        return this.#svids(body as Body<typeof issuance.x509SvidsRequest>);
      case '/v1/jwt-svids':
        return this.#jwtSvids(body as Body<typeof issuance.jwtSvidsRequest>);
      case '/v1/wit-svids':
        return this.#witSvids(body as Body<typeof issuance.witSvidsRequest>);
      default:
        throw new Error('no such route');
    }
  }

  #join({ joinToken, csr }: Body<typeof issuance.joinTokenRequest>) {
    this.joinsAsked += 1;
    if (!this.joinTokens.delete(joinToken)) throw new Error('unknown token');
    return this.#admit(`spiffe://${TRUST_DOMAIN}/sidecar/test`, csr);
  }

  #admit(spiffeId: string, csr: string) {
    const { publicKeySpki } = verifyCsr(Buffer.from(csr, 'base64'));
    return { svid: this.#mint(spiffeId, publicKeySpki, this.sidecarTtlMs), bundle: this.#bundle() };
  }

  #entitlements({ selectors }: Body<typeof issuance.entitlementsRequest>) {
    this.entitlementsAsked += 1;
    const entitlements = this.entitled(selectors).map((spiffeId) => ({
      spiffeId,
      hint: spiffeId.split('/').at(-1) ?? '',
      policyId: 'test',
      ...(this.federatesWith && { federatesWith: this.federatesWith }),
    }));
    return { entitlements, ttlSeconds: 1 };
  }

  #svids({ selectors, requests }: Body<typeof issuance.x509SvidsRequest>) {
    this.mintedBatches.push(requests.length);
    const entitled = new Set(this.entitled(selectors));
    const results = requests.map(({ spiffeId, csr }) => {
      const verified = verifyCsr(Buffer.from(csr, 'base64'));
      if (!entitled.has(spiffeId) || verified.spiffeId !== spiffeId)
        return { spiffeId, refused: 'test.refused' };
      return this.#mint(spiffeId, verified.publicKeySpki, this.svidTtlMs);
    });
    return { results, bundle: this.#bundle() };
  }

  #jwtSvids({ selectors, requests }: Body<typeof issuance.jwtSvidsRequest>) {
    const entitled = new Set(this.entitled(selectors));
    const results = requests.map(({ spiffeId, audience }) => {
      if (!entitled.has(spiffeId)) return { spiffeId, refused: 'test.refused' };
      return this.#token(spiffeId, mintJwtSvid({ ...this.#tokenRequest('jwt', spiffeId), audience }));
    });
    return { results, bundle: this.#bundle() };
  }

  #witSvids({ selectors, requests }: Body<typeof issuance.witSvidsRequest>) {
    const entitled = new Set(this.entitled(selectors));
    const results = requests.map(({ spiffeId, csr }) => {
      const { spiffeId: requested, publicKeySpki } = verifyCsr(Buffer.from(csr, 'base64'));
      if (!entitled.has(spiffeId) || requested !== spiffeId) return { spiffeId, refused: 'test.refused' };
      return this.#token(spiffeId, mintWitSvid({ ...this.#tokenRequest('wit', spiffeId), publicKeySpki }));
    });
    return { results, bundle: this.#bundle() };
  }

  #tokenRequest(use: 'jwt' | 'wit', spiffeId: string) {
    const [authority] = this.#tokenAuthorities[use];
    if (authority === undefined) throw new Error('no authority');
    const issuedAt = new Date();
    return { authority, spiffeId, issuedAt, expiresAt: new Date(issuedAt.getTime() + this.tokenTtlMs) };
  }

  #token(spiffeId: string, minted: { token: string; issuedAt: Date; expiresAt: Date }): TokenSvidDocument {
    this.tokensMinted += 1;
    const { token, issuedAt, expiresAt } = minted;
    return { spiffeId, token, issuedAtMs: issuedAt.getTime(), expiresAtMs: expiresAt.getTime() };
  }

  #mint(spiffeId: string, publicKeySpki: Uint8Array, ttlMs: number): X509SvidDocument {
    const [authority] = this.#authorities;
    if (authority === undefined) throw new Error('no authority');
    const minted = mintX509Svid({
      authority,
      spiffeId,
      publicKeySpki,
      notBefore: new Date(Date.now() - 10_000),
      notAfter: new Date(Date.now() + ttlMs),
      ipAddresses: ['127.0.0.1'],
    });
    return {
      spiffeId,
      certificateChain: [base64(minted.certificate)],
      notAfterMs: minted.notAfter.getTime(),
    };
  }

  #bundle(): TrustBundleDocument {
    return {
      trustDomain: TRUST_DOMAIN,
      sequence: this.#sequence,
      refreshHintSeconds: 0.5,
      x509Authorities: this.authorities.map(base64),
      jwtAuthorities: this.#tokenAuthorities.jwt.map(authorityJwk),
      witAuthorities: this.#tokenAuthorities.wit.map(authorityJwk),
      federatedBundles: this.federatedBundles,
      taintedAuthorityKeyIds: this.#taintedKeyIds,
    };
  }
}

function newAuthority(): Promise<Authority> {
  const day = 86_400_000;
  return createAuthority({
    trustDomain: TRUST_DOMAIN,
    notBefore: new Date(Date.now() - day),
    notAfter: new Date(Date.now() + day),
  });
}

function newTokenAuthority(): Promise<TokenAuthority> {
  return createTokenAuthority(new Date(Date.now() + 86_400_000));
}

function authorityJwk({ publicKey, keyId }: TokenAuthority) {
  return { ...p256Jwk(publicKey.export({ type: 'spki', format: 'der' })), kid: keyId };
}
