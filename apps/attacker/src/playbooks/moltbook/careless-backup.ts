import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type BoundAccessToken, type BoundToken, DpopKey } from '@blastradius/credentials';
import {
  certificatesFromPem,
  createX509Svid,
  parseSpiffeId,
  type SpiffeId,
  type X509Svid,
} from '@blastradius/spiffe';
import { z } from 'zod';

/** An agent's identity as its backup holds it: an SVID or a token with its key, or a bearer token. */
export type Backup =
  | { readonly kind: 'x509-svid'; readonly spiffeId: SpiffeId; readonly svid: X509Svid }
  | { readonly kind: 'jwt-svid'; readonly spiffeId: SpiffeId; readonly token: string }
  | { readonly kind: 'wit-svid'; readonly spiffeId: SpiffeId; readonly svid: BoundToken }
  | { readonly kind: 'access-token'; readonly spiffeId: SpiffeId; readonly token: BoundAccessToken };

const claims = z.object({ sub: z.string() });
const boundToken = z.object({ witSvid: z.string(), witSvidKey: z.record(z.string(), z.unknown()) });
const boundAccessToken = z.object({
  accessToken: z.string(),
  accessTokenKey: z.record(z.string(), z.unknown()),
});

/** Reads an agent's identity out of a backup; undefined where there is no (whole) backup. */
export async function readCarelessBackup(file: string): Promise<Backup | undefined> {
  try {
    const text = await readFile(file, 'utf8');
    if (text.startsWith('-----BEGIN')) return readPem(text);
    return text.startsWith('{') ? readBoundToken(JSON.parse(text)) : readToken(text.trim());
  } catch {
    return undefined;
  }
}

function readPem(pem: string): Backup | undefined {
  const key = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----/.exec(pem)?.[0];
  if (key === undefined) return undefined;
  const svid = createX509Svid({ certificates: certificatesFromPem(pem), privateKey: createPrivateKey(key) });
  return { kind: 'x509-svid', spiffeId: svid.spiffeId, svid };
}

function readToken(token: string): Backup {
  return { kind: 'jwt-svid', spiffeId: subjectOf(token), token };
}

function readBoundToken(content: unknown): Backup {
  const found = boundAccessToken.safeParse(content).data;
  if (found !== undefined) return readAccessToken(found);
  const { witSvid: token, witSvidKey } = boundToken.parse(content);
  const privateKey = createPrivateKey({ key: witSvidKey, format: 'jwk' });
  const svid = { token, confirmationKey: { alg: 'ES256' }, privateKey };
  return { kind: 'wit-svid', spiffeId: subjectOf(token), svid };
}

function readAccessToken({ accessToken, accessTokenKey }: z.infer<typeof boundAccessToken>): Backup {
  const key = new DpopKey(createPrivateKey({ key: accessTokenKey, format: 'jwk' }));
  return { kind: 'access-token', spiffeId: subjectOf(accessToken), token: { accessToken, key } };
}

/** A thief verifies nothing: whose token it is, the token says. */
function subjectOf(token: string): SpiffeId {
  const payload: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  return parseSpiffeId(claims.parse(payload).sub);
}
