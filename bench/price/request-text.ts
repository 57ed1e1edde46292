import { createHash, createPrivateKey, createPublicKey, randomUUID, sign } from 'node:crypto';
import { DPOP_HEADER, PROOF_HEADER, TOKEN_HEADER } from '../../packages/credentials/src/index.ts';
import type { Route, Shown } from './messages.ts';

/** The next request of one agent, as it goes over the wire; proofs are made for each. */
export type NextRequest = () => string;

/** What does not change from one request to the next is put together once. */
export function requestsOf(shown: Shown, { method, path, body }: Route, port: number): NextRequest {
  const host = `127.0.0.1:${port}`;
  const content =
    body === null ? '' : `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`;
  const start = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\naccept: application/json\r\n${content}`;
  const end = `\r\n${body ?? ''}`;
  switch (shown.kind) {
    case 'key':
      return always(`${start}authorization: Bearer ${shown.apiKey}\r\n${end}`);
    case 'keys-by-scope':
      return always(
        `${start}authorization: Bearer ${method === 'GET' ? shown.readKey : shown.writeKey}\r\n${end}`,
      );
    case 'bearer-token':
      return always(`${start}authorization: Bearer ${shown.token}\r\n${end}`);
    case 'nothing':
    case 'certificate':
      return always(`${start}${end}`);
    case 'bound-access-token': {
      const proof = dpopProofs(shown, { method, url: `https://${host}${path}` });
      const withToken = `${start}authorization: DPoP ${shown.token}\r\n${DPOP_HEADER}: `;
      return () => `${withToken}${proof()}\r\n${end}`;
    }
    case 'wit-svid': {
      const proof = witProofs(shown, `https://${host}${path}`);
      const withToken = `${start}${TOKEN_HEADER}: ${shown.token}\r\n${PROOF_HEADER}: `;
      return () => `${withToken}${proof()}\r\n${end}`;
    }
  }
}

function always(text: string): NextRequest {
  return () => text;
}

/** A Workload Proof Token, as `createProof` makes it; written by hand, for the generator must not be the slower side. */
function witProofs(shown: Extract<Shown, { kind: 'wit-svid' }>, target: string): () => string {
  const privateKey = createPrivateKey(shown.privateKey);
  const wth = createHash('sha256').update(shown.token).digest('base64url');
  const header = encoded({ alg: 'ES256', typ: 'wpt+jwt' });
  return () => {
    const exp = Math.floor(Date.now() / 1000) + 30;
    const unsigned = `${header}.${encoded({ wth, aud: target, exp, jti: randomUUID() })}`;
    return `${unsigned}.${signed(unsigned, privateKey)}`;
  };
}

/** A DPoP proof, as `DpopKey` makes it. */
function dpopProofs(
  shown: Extract<Shown, { kind: 'bound-access-token' }>,
  { method, url }: { readonly method: string; readonly url: string },
): () => string {
  const privateKey = createPrivateKey(shown.privateKey);
  const { kty, crv, x, y } = createPublicKey(privateKey).export({ format: 'jwk' });
  const ath = createHash('sha256').update(shown.token).digest('base64url');
  const header = encoded({ alg: 'ES256', typ: 'dpop+jwt', jwk: { kty, crv, x, y } });
  return () => {
    const iat = Math.floor(Date.now() / 1000);
    const unsigned = `${header}.${encoded({ htm: method, htu: url, ath, iat, jti: randomUUID() })}`;
    return `${unsigned}.${signed(unsigned, privateKey)}`;
  };
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function signed(text: string, key: ReturnType<typeof createPrivateKey>): string {
  return sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
}
