import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { type TokenPolicy, tokenAdministration } from '@blastradius/contracts';
import { type Clock, DomainError } from '@blastradius/kernel';
import { createAuthority, createTokenAuthority, mintX509Svid, type TokenAuthority } from '@blastradius/pki';
import { JwtBundleSet, type JwtSvid, verifyJwtSvid, X509BundleSet } from '@blastradius/spiffe';
import { fakeClock } from '@blastradius/testkit';
import { SignJWT } from 'jose';
import type { IssuerAct } from '../src/audit/issuer-ledger.ts';
import { VerifiedSvids } from '../src/token-endpoint/client/verified-svids.ts';
import { IssueAccessToken, type IssuedAccessToken } from '../src/token-endpoint/issue-access-token.ts';
import { type OneUse, UsedProofs } from '../src/token-endpoint/replay/used-proofs.ts';
import { TokenRequestRefused } from '../src/token-endpoint/token-endpoint.errors.ts';

export const asIssuer = 'https://as.moltbook.test';
export const tokenUrl = `${asIssuer}/oauth/token`;
export const rs = 'https://rs.moltbook.test';
export const agent = (name: string) => `spiffe://moltbook.test/agent/${name}`;
export const outsider = 'spiffe://other.test/agent/zoe';
export const grantTypes = {
  jwtBearer: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
  tokenExchange: 'urn:ietf:params:oauth:grant-type:token-exchange',
};
export const tokenTypes = {
  accessToken: 'urn:ietf:params:oauth:token-type:access_token',
  jwt: 'urn:ietf:params:oauth:token-type:jwt',
};
export const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-spiffe';

export type Form = Readonly<Record<string, string | readonly string[] | undefined>>;
export interface Asked {
  readonly form: Form;
  readonly dpop?: readonly string[];
  readonly certificates?: readonly Uint8Array[];
  readonly hasAuthorizationHeader?: boolean;
}
export interface Answered {
  readonly error?: string;
  readonly code?: string;
  readonly issued?: IssuedAccessToken;
}

class MemoryUsedProofs extends UsedProofs {
  readonly #taken = new Set<string>();
  readonly #remembers: boolean;

  constructor(remembers: boolean) {
    super();
    this.#remembers = remembers;
  }

  async take(proofs: readonly OneUse[]): Promise<readonly OneUse[]> {
    const names = proofs.map((proof) => ({ proof, name: Buffer.from(proof.id).toString('hex') }));
    const before = names.filter(({ name }) => this.#taken.has(name));
    for (const { name } of this.#remembers ? names : []) this.#taken.add(name);
    return before.map(({ proof }) => proof);
  }

  forget(): Promise<number> {
    return Promise.resolve(0);
  }
}

export const p256 = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
export type TokenRange = Awaited<ReturnType<typeof tokenRange>>;

/** Also such as no token may have. */
export type Claims = Readonly<Record<string, unknown>>;

export interface SvidChanges {
  readonly claims?: Claims;
  readonly header?: object;
  readonly authority?: TokenAuthority;
}

/** A check that is left out, so that a test sees what it is that holds. */
export type LeftOut = 'sole-audience' | 'replay' | 'keys-apart';

/** Reads a JWT-SVID that is for us, whoever else it is for. */
class LenientSvids extends VerifiedSvids {
  readonly #read: (token: string) => Promise<JwtSvid>;

  constructor(bundles: { readonly jwt: JwtBundleSet; readonly x509: X509BundleSet }, clock: Clock) {
    super({ bundles: async () => bundles }, clock, asIssuer);
    this.#read = (token) =>
      verifyJwtSvid(token, { audience: [asIssuer], bundles: bundles.jwt, now: clock.now() });
  }

  override jwtSvid(token: string): Promise<JwtSvid> {
    return this.#read(token);
  }
}

/** The token endpoint's use case with keys that a test may misuse, and a clock that it may move. */
export async function tokenRange(policies: readonly Partial<TokenPolicy>[], leftOut?: LeftOut) {
  const clock = fakeClock(new Date('2026-11-24T12:00:00Z'));
  const seconds = () => Math.floor(clock.now().getTime() / 1000);
  const notAfter = new Date(clock.now().getTime() + 86_400_000);
  const notBefore = new Date(clock.now().getTime() - 60_000);
  const [jwt, wit, access, foreign, rogue] = await Promise.all(
    Array.from({ length: 5 }, () => createTokenAuthority(notAfter)),
  );
  if (!jwt || !wit || !access || !foreign || !rogue) throw new TypeError('no keys');
  const [x509, foreignX509, rogueX509] = await Promise.all(
    ['moltbook.test', 'other.test', 'moltbook.test'].map((trustDomain) =>
      createAuthority({ trustDomain, notBefore, notAfter }),
    ),
  );
  if (!x509 || !foreignX509 || !rogueX509) throw new TypeError('no authorities');
  const byKid = (authority: TokenAuthority) => new Map([[authority.keyId, authority.publicKey]]);
  const bundles = {
    jwt: new JwtBundleSet([
      {
        trustDomain: 'moltbook.test',
        authorities: leftOut === 'keys-apart' ? new Map([...byKid(jwt), ...byKid(access)]) : byKid(jwt),
      },
      { trustDomain: 'other.test', authorities: byKid(foreign) },
    ]),
    x509: new X509BundleSet([
      { trustDomain: 'moltbook.test', authorities: [x509.certificate] },
      { trustDomain: 'other.test', authorities: [foreignX509.certificate] },
    ]),
  };
  const acts: IssuerAct[] = [];
  const rules = policies.map((policy) => tokenAdministration.tokenPolicy.parse(policy));
  const useCase = new IssueAccessToken({
    svids:
      leftOut === 'sole-audience'
        ? new LenientSvids(bundles, clock)
        : new VerifiedSvids({ bundles: async () => bundles }, clock, asIssuer),
    keys: { signer: async () => access, published: async () => byKid(access) },
    policies: { all: async () => rules },
    usedProofs: new MemoryUsedProofs(leftOut !== 'replay'),
    ledger: { record: (act) => void acts.push(act) },
    clock,
    issuer: asIssuer,
    tokenUrl,
  });

  return {
    clock,
    seconds,
    acts,
    keys: { jwt, wit, access, foreign, rogue },
    authorities: { x509, foreignX509, rogueX509 },
    jwtSvid: (spiffeId: string, { claims = {}, header = {}, authority = jwt }: SvidChanges = {}) =>
      new SignJWT({
        sub: spiffeId,
        aud: [asIssuer],
        iat: seconds(),
        exp: seconds() + 300,
        jti: randomUUID(),
        ...claims,
      })
        .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid: authority.keyId, ...header })
        .sign(authority.privateKey),
    accessToken: (claims: Claims = {}, { header = {}, authority = access }: SvidChanges = {}) =>
      new SignJWT({
        iss: asIssuer,
        sub: agent('ada'),
        aud: [agent('bob')],
        client_id: agent('ada'),
        scope: 'read write',
        iat: seconds(),
        exp: seconds() + 200,
        jti: randomUUID(),
        ...claims,
      })
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: authority.keyId, ...header })
        .sign(authority.privateKey),
    x509Svid: (spiffeId: string, authority = x509, notAfterDate = notAfter) => {
      const publicKeySpki = p256().publicKey.export({ type: 'spki', format: 'der' });
      const { certificate } = mintX509Svid({
        authority,
        spiffeId,
        publicKeySpki,
        notBefore,
        notAfter: notAfterDate,
      });
      return [certificate];
    },
    dpop: (key: { publicKey: KeyObject; privateKey: KeyObject }, claims: Claims = {}) =>
      new SignJWT({ jti: randomUUID(), htm: 'POST', htu: tokenUrl, iat: seconds(), ...claims })
        .setProtectedHeader({
          alg: 'ES256',
          typ: 'dpop+jwt',
          jwk: key.publicKey.export({ format: 'jwk' }) as { kty: string },
        })
        .sign(key.privateKey),
    ask: async (asked: Asked): Promise<Answered> => {
      try {
        const issued = await useCase.execute({
          body: Buffer.from(encode(asked.form)),
          dpopHeaders: asked.dpop ?? [],
          certificates: asked.certificates ?? [],
          hasAuthorizationHeader: asked.hasAuthorizationHeader ?? false,
        });
        return { issued };
      } catch (error) {
        if (error instanceof TokenRequestRefused) return { error: error.error, code: error.code };
        if (error instanceof DomainError) return { error: error.category, code: error.code };
        throw error;
      }
    },
  };
}

/** A parameter with several values occurs several times. */
export function encode(form: Form): string {
  const pairs = Object.entries(form).flatMap(([name, value]) =>
    (value === undefined ? [] : [value].flat()).map((one): [string, string] => [name, one]),
  );
  return new URLSearchParams(pairs).toString();
}
