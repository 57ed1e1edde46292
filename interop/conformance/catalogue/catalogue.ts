/** MUST is mandatory for conformance; SHOULD and OPT are reported. */
export type Level = 'MUST' | 'SHOULD' | 'OPT';

interface CatalogueCase {
  readonly level: Level;
  /** What the client does, in our words. */
  readonly guarantee: string;
  /** For a case that is not met on purpose: what the client does instead. */
  readonly instead?: string;
}

const must = (guarantee: string) => ({ level: 'MUST', guarantee }) as const;
const should = (guarantee: string) => ({ level: 'SHOULD', guarantee }) as const;
const optional = (guarantee: string) => ({ level: 'OPT', guarantee }) as const;

const endpoint = {
  'EP-1': must('finds the endpoint by SPIFFE_ENDPOINT_SOCKET alone'),
  'EP-2': must('sends the security header with each call'),
  'EP-3': should('speaks to a tcp endpoint'),
  'EP-4/unix-authority': optional('refuses unix:// with an authority'),
  'EP-4/tcp-path': optional('refuses tcp:// with a path'),
  'EP-5': should('tries again after Unavailable, and waits in between'),
  'EP-6': should('tries again after PermissionDenied, and waits in between'),
  'EP-7': should('does not try again after InvalidArgument'),
  'EP-8': optional('waits for an endpoint that is not there yet'),
};

const workloadApi = {
  'WA-1': should('opens the stream again when the server has ended it'),
  'WA-2/empty-svids': should('discards a response without SVIDs'),
  'WA-2/empty-spiffe-id': should('discards a response with an empty spiffe_id'),
  'WA-2/empty-x509-svid': should('discards a response with an empty x509_svid'),
  'WA-2/empty-key': should('discards a response with an empty x509_svid_key'),
  'WA-2/empty-bundle': should('discards a response with an empty bundle'),
  'WA-3': must('takes the first SVID for the default identity'),
  'WA-4': should('shows its SVID no more after PermissionDenied'),
};

const x509Source = {
  'XS-1': must('shows the X509-SVID of FetchX509SVID'),
  'XS-2': must('shows the whole chain, leaf first'),
  'XS-3': must('shows a rotated SVID to new connections'),
  'XS-4': must('trusts each of several authorities of a bundle'),
  'XS-5': must('trusts an authority no more once it has left the bundle'),
};

const x509Peer = {
  'XV-1': must('accepts a good peer'),
  'XV-2': must('accepts a peer below an intermediate'),
  'XV-3': must('accepts a peer with DNS names as well'),
  'XV-4': must('accepts a peer with an empty subject and a critical SAN'),
  'XV-5': must('refuses a peer of an authority that it does not trust'),
  'XV-6': must('refuses a peer that has expired'),
  'XV-7': must('refuses a peer that is not valid yet'),
  'XV-8': must('refuses a leaf that is a CA'),
  'XV-9': must('refuses a leaf with keyCertSign'),
  'XV-10': must('refuses a leaf with cRLSign'),
  'XV-11': must('refuses a peer with two URI SANs'),
  'XV-12': must('refuses a peer without a URI SAN'),
  'XV-13': must('refuses a peer whose URI is not of the scheme spiffe'),
  'XV-14': must('refuses a SPIFFE ID without a path'),
  'XV-15': must('refuses a peer of a trust domain without a bundle, whoever has signed it'),
};

const x509Federation = {
  'XF-1': must('accepts a peer of a federated trust domain'),
  'XF-2': must('refuses a peer of one trust domain by the authority of another'),
  'XF-3': must('trusts a federated trust domain no more once a response omits it'),
};

const jwtSvid = {
  'JV-1': must('accepts a good token and says whose it is'),
  'JV-2/RS256': must('accepts RS256'),
  'JV-2/RS384': must('accepts RS384'),
  'JV-2/RS512': must('accepts RS512'),
  'JV-2/ES256': must('accepts ES256'),
  'JV-2/ES384': must('accepts ES384'),
  'JV-2/ES512': must('accepts ES512'),
  'JV-2/PS256': must('accepts PS256'),
  'JV-2/PS384': must('accepts PS384'),
  'JV-2/PS512': must('accepts PS512'),
  'JV-3': must('refuses alg none'),
  'JV-4/HS256': must('refuses HS256'),
  'JV-4/HS384': must('refuses HS384'),
  'JV-4/HS512': must('refuses HS512'),
  'JV-4/hmac-public-key': must('refuses an HMAC by the public key of the bundle'),
  'JV-5': must('refuses EdDSA, by a key of the bundle too'),
  'JV-6/rs256-header-ec-key': must('refuses RS256 that names an EC key'),
  'JV-6/es384-header-p256-key': must('refuses ES384 that names a key on P-256'),
  'JV-7': must('refuses a token without aud'),
  'JV-8': must('refuses a token for another audience'),
  'JV-9': must('accepts a token for several audiences, itself among them'),
  'JV-10': must('accepts an aud that is a string'),
  'JV-11': must('refuses a token without exp'),
  'JV-12': must('refuses a token that has expired'),
  'JV-13': must('refuses a token whose nbf is in the future'),
  'JV-14': must('refuses a token with one bit of its signature changed'),
  'JV-15': must('refuses a token whose payload was changed'),
  'JV-16': must('refuses a token by a key that the bundle does not have'),
  'JV-17': must('refuses a token of one trust domain by the key of another'),
  'JV-18': must('refuses a token of a trust domain without a bundle'),
  'JV-19': must('refuses a sub that is no SPIFFE ID'),
  'JV-20/typ-JWT': must('accepts typ JWT'),
  'JV-20/typ-JOSE': must('accepts typ JOSE'),
  'JV-20/no-typ': must('accepts a token without typ'),
  'JV-21': must('refuses any other typ'),
  'JV-22': must('accepts a token without kid'),
  'JV-23': must('refuses a crit that it does not know'),
  'JV-24': must('refuses the JSON serialization'),
  'JV-25/two-parts': must('refuses a token of two parts'),
  'JV-25/bad-base64': must('refuses a token that is not base64url'),
  'JV-25/bad-json': must('refuses a token whose payload is not JSON'),
};

const jwtBundle = {
  'JB-1': must('takes a key that an update adds'),
  'JB-2': must('drops a key that an update removes'),
  'JB-3': should('drops a trust domain whose bundle an update removes'),
  'JB-4': must('takes the key that the kid names, of several'),
  'JB-5/x509-svid-use': must('leaves out keys of another use'),
  'JB-5/missing-use': {
    ...optional('leaves out keys without use'),
    instead: 'takes keys without use, since the bundles of SPIRE’s Workload API have none',
  },
  'JB-6': must('leaves out keys of an unknown kty and keeps the others'),
  'JB-7': must('trusts nothing by a bundle without keys'),
  'JB-8': must('accepts a token of a federated trust domain'),
};

const jwtFetch = {
  'JF-1': must('asks for the audience and hands back the token'),
  'JF-2': must('asks for several audiences unchanged'),
  'JF-3': optional('asks for the SPIFFE ID that it is asked for'),
  'JF-4': optional('reports PermissionDenied, and shows no old token'),
};

const spiffeId = {
  'ID-1/empty-trust-domain': must('refuses an empty trust domain'),
  'ID-1/port': must('refuses a port'),
  'ID-1/userinfo': must('refuses userinfo'),
  'ID-1/query': must('refuses a query'),
  'ID-1/fragment': must('refuses a fragment'),
  'ID-1/percent-encoded': must('refuses percent-encoding'),
  'ID-1/empty-segment': must('refuses an empty segment'),
  'ID-1/dot-segment': must('refuses a dot segment'),
  'ID-1/dot-dot-segment': must('refuses a double-dot segment'),
  'ID-1/trailing-slash': must('refuses a slash at the end'),
  'ID-1/invalid-path-char': must('refuses a character that no path may have'),
  'ID-1/invalid-trust-domain-char': must('refuses a character that no trust domain may have'),
  'ID-1/x509-query': must('refuses a query in a certificate'),
  'ID-1/x509-percent-encoded': must('refuses percent-encoding in a certificate'),
  'ID-1/x509-trailing-slash': must('refuses a slash at the end in a certificate'),
  'ID-1/x509-port': must('refuses a port in a certificate'),
  'ID-2/path-chars': must('accepts each kind of character in a path'),
  'ID-2/trust-domain-chars': must('accepts digits, dots, dashes and underscores in a trust domain'),
  'ID-2/ipv4-trust-domain': must('accepts a trust domain that looks like an IPv4 address'),
  'ID-2/max-length': must('accepts 2048 bytes'),
};

const hardening = {
  'HX-1': optional('keeps its SVID when the next has a wrong signature'),
  'HX-2': optional('keeps its SVID when the next is of no authority of its bundle'),
  'HX-3': optional('keeps its SVID when the next has expired'),
  'HX-4': optional('keeps its SVID when the next is a CA'),
  'HX-5': optional('keeps its SVID when the next has keyCertSign'),
  'HX-6': optional('keeps its SVID when the next has two URI SANs'),
  'HX-7': optional('keeps its SVID when the next is no SPIFFE ID'),
  'HX-8': optional('keeps its SVID when the next comes with another key'),
  'HX-9': optional('keeps its SVID when the next comes with another SPIFFE ID'),
};

/**
 * The cases of the SPIFFE Conformance Test Suite by their IDs (its docs/TEST_CATALOGUE.md of 2026), with the
 * variants that its code registers.
 */
export const catalogue = {
  ...endpoint,
  ...workloadApi,
  ...x509Source,
  ...bothRoles(x509Peer),
  ...bothRoles(x509Federation),
  ...jwtSvid,
  ...jwtBundle,
  ...jwtFetch,
  ...spiffeId,
  ...hardening,
} satisfies Record<string, CatalogueCase>;

export type CaseId = keyof typeof catalogue;
export type PeerCaseId = keyof typeof x509Peer;
export type CasesOf<Group extends string> = Extract<CaseId, `${Group}-${string}`>;
export const roles = ['server', 'client'] as const;
export type Role = (typeof roles)[number];

export function catalogueCase(id: CaseId): CatalogueCase {
  return catalogue[id];
}

/** A peer is judged by a server and by a client: each is a case of its own. */
function bothRoles<Id extends string, Case extends CatalogueCase>(cases: Record<Id, Case>) {
  const entries = (Object.entries(cases) as [Id, Case][]).flatMap(([id, one]) =>
    (['server', 'client'] as const).map((role) => [`${id}/${role}`, one]),
  );
  return Object.fromEntries(entries) as Record<`${Id}/${Role}`, Case>;
}
