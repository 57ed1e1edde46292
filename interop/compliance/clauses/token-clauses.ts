import { ALGORITHMS, type Clause, type Members } from './clause.ts';
import { spiffeIdClauses } from './spiffe-id-clauses.ts';

/** A token taken apart, by nothing of ours. */
export interface TokenParts {
  /** How many parts its compact serialization has; 0 for any other. */
  readonly partCount: number;
  readonly header: Members;
  readonly claims: Members;
}

type Parts = TokenParts;
const DAY_SECONDS = 86_400;

export function takeApart(token: string): TokenParts {
  const parts = token.split('.');
  const [header, claims] = parts.slice(0, 2).map((part) => JSON.parse(`${Buffer.from(part, 'base64url')}`));
  return { partCount: parts.every((part) => /^[\w-]+$/.test(part)) ? parts.length : 0, header, claims };
}

const withHeader = (header: Members) => (parts: Parts) => ({
  ...parts,
  header: { ...parts.header, ...header },
});
const withClaims = (claims: Members) => (parts: Parts) => ({
  ...parts,
  claims: { ...parts.claims, ...claims },
});
const nowSeconds = () => Date.now() / 1000;

/** Sections are JWT-SVID's; WIT-SVID has the same clauses. */
const ofBoth = [
  {
    section: '1',
    says: 'it is a compact serialization',
    holds: ({ partCount }: Parts) => partCount === 3,
    broken: (parts: Parts) => ({ ...parts, partCount: 0 }),
  },
  {
    section: '2',
    says: 'the header has alg, kid and typ alone',
    holds: ({ header }: Parts) => Object.keys(header).every((name) => ['alg', 'kid', 'typ'].includes(name)),
    broken: withHeader({ jku: 'https://a.test' }),
  },
  {
    section: '2.1',
    says: 'the algorithm is one of the nine',
    holds: ({ header }: Parts) => ALGORITHMS.includes(String(header['alg'])),
    broken: withHeader({ alg: 'EdDSA' }),
  },
  {
    section: '3.1',
    says: 'sub is a SPIFFE ID',
    holds: ({ claims: { sub } }: Parts) => spiffeIdClauses.every(({ holds }) => holds(String(sub))),
    broken: withClaims({ sub: undefined }),
  },
  {
    section: '3.3',
    says: 'exp is set',
    holds: ({ claims: { exp } }: Parts) => typeof exp === 'number',
    broken: withClaims({ exp: undefined }),
  },
  {
    section: '3.3',
    says: 'exp is not over',
    holds: ({ claims: { exp } }: Parts) => typeof exp !== 'number' || exp > nowSeconds(),
    broken: withClaims({ exp: 1 }),
  },
];

export const jwtSvidClauses: readonly Clause<Parts>[] = [
  ...ofBoth,
  {
    section: '2.3',
    says: 'typ is JWT or JOSE where it is set',
    holds: ({ header: { typ } }: Parts) => [undefined, 'JWT', 'JOSE'].some((allowed) => allowed === typ),
    broken: withHeader({ typ: 'wit+jwt' }),
  },
  {
    section: '3.2',
    says: 'aud has a value',
    holds: ({ claims: { aud } }: Parts) => [aud].flat().some((name) => typeof name === 'string'),
    broken: withClaims({ aud: [] }),
  },
  {
    section: '3.2',
    says: 'aud has a single value',
    holds: ({ claims: { aud } }: Parts) => [aud].flat().length === 1,
    broken: withClaims({ aud: ['a', 'b'] }),
  },
].map((clause) => ({ standard: 'JWT-SVID' as const, ...clause }));

export const witSvidClauses: readonly Clause<Parts>[] = [
  ...ofBoth,
  {
    section: '2.1',
    says: 'kid is set',
    holds: ({ header: { kid } }: Parts) => typeof kid === 'string' && kid !== '',
    broken: withHeader({ kid: undefined }),
  },
  {
    section: '2.2',
    says: 'typ is wit+jwt',
    holds: ({ header: { typ } }: Parts) => typ === 'wit+jwt',
    broken: withHeader({ typ: 'JWT' }),
  },
  {
    section: '3.2',
    says: 'cnf has a jwk, which is a public key',
    holds: ({ claims }: Parts) => isPublicKey(jwkOf(claims)),
    broken: withClaims({ cnf: { jwk: { kty: 'EC', alg: 'ES256', d: 'secret' } } }),
  },
  {
    section: '3.2',
    says: 'the alg of cnf.jwk is one of the nine',
    holds: ({ claims }: Parts) => ALGORITHMS.includes(String(jwkOf(claims)['alg'])),
    broken: withClaims({ cnf: { jwk: { kty: 'EC' } } }),
  },
  {
    section: '3.5',
    says: 'nbf is not to come where it is set',
    holds: ({ claims: { nbf } }: Parts) => nbf === undefined || Number(nbf) <= nowSeconds(),
    broken: withClaims({ nbf: nowSeconds() + DAY_SECONDS }),
  },
  {
    section: '3.7',
    says: 'iss is no issuer of OpenID Connect',
    holds: ({ claims: { iss } }: Parts) => !String(iss).startsWith('https:'),
    broken: withClaims({ iss: 'https://issuer.test' }),
  },
  {
    section: '3.8',
    says: 'there is no aud',
    holds: ({ claims: { aud } }: Parts) => aud === undefined,
    broken: withClaims({ aud: ['a'] }),
  },
].map((clause) => ({ standard: 'WIT-SVID' as const, ...clause }));

function jwkOf({ cnf }: Members): Members {
  return (cnf as { readonly jwk?: Members } | undefined)?.jwk ?? {};
}

function isPublicKey(jwk: Members): boolean {
  return typeof jwk['kty'] === 'string' && ['d', 'k', 'p', 'q'].every((name) => jwk[name] === undefined);
}
