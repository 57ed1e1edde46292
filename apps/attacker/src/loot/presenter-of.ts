import { createHash, generateKeyPairSync } from 'node:crypto';
import {
  DpopKey,
  type Presenter,
  presentBoundAccessToken,
  presentHeaders,
  presentStaticKey,
  presentWitSvid,
  presentX509Svid,
  type ServerTrust,
} from '@blastradius/credentials';
import { certificatesFromPem } from '@blastradius/spiffe';
import type { RogueAuthority } from '../playbooks/moltbook/rogue-authority.ts';
import type { Credential } from './credential.ts';

const anyone: ServerTrust = { kind: 'anyone' };

/** Shows loot through the code that honest agents show themselves with. */
export async function presenterOf(credential: Credential, rogue: RogueAuthority): Promise<Presenter> {
  switch (credential.kind) {
    case 'api-key':
      return presentStaticKey({ apiKey: credential.apiKey, trust: anyone });
    // Where a server compares what it is shown with what it keeps, the hash is the key.
    case 'key-hash':
      return bearer(credential.keyHash);
    case 'name':
      return await believeMe(credential, rogue);
    case 'jwt-svid':
      return bearer(credential.token);
    case 'bound-access-token':
      return proving(credential);
    case 'wit-svid':
      return presentWitSvid({ svid: () => credential.svid, trust: anyone });
    case 'wit-svid-without-key':
      return withOwnKey(credential.token);
    case 'x509-svid':
      return presentX509Svid({ svid: () => credential.svid, trust: anyone });
    // No handshake can be done without the key.
    case 'x509-svid-without-key':
      return headers({ 'x-forwarded-client-cert': forwarded(credential) });
    case 'recorded-request':
      return headers(credential.headers);
  }
}

const headers = (shown: Readonly<Record<string, string>>) =>
  presentHeaders({ headers: shown, trust: anyone });
const bearer = (token: string) => headers({ authorization: `Bearer ${token}` });

/** Without its key there is no proof that the server would take: it is shown as if it were unbound. */
function proving({
  token: accessToken,
  privateKey,
}: Extract<Credential, { kind: 'bound-access-token' }>): Presenter {
  if (privateKey === undefined) return bearer(accessToken);
  const token = { accessToken, key: new DpopKey(privateKey) };
  return presentBoundAccessToken({ token: () => token, trust: anyone });
}

/** The proofs are faultless; only the key is the thief's. */
function withOwnKey(token: string): Presenter {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const svid = { token, confirmationKey: { alg: 'ES256' }, privateKey };
  return presentWitSvid({ svid: () => svid, trust: anyone });
}

async function believeMe(
  { spiffeId, lie }: Extract<Credential, { kind: 'name' }>,
  rogue: RogueAuthority,
): Promise<Presenter> {
  switch (lie) {
    case 'rogue-ca-certificate': {
      const svid = await rogue.mint(spiffeId);
      return presentX509Svid({ svid: () => svid, trust: anyone });
    }
    case 'rogue-signed-token':
      return bearer(await rogue.signToken(spiffeId));
    case 'authorization':
      return bearer(spiffeId);
    case 'x-spiffe-id':
      return headers({ 'x-spiffe-id': spiffeId });
    case 'x-forwarded-client-cert':
      return headers({ 'x-forwarded-client-cert': `Hash=${'0'.repeat(64)};URI=${spiffeId}` });
  }
}

/** Envoy's header, which a network behind a mesh might believe from anyone. */
function forwarded({ spiffeId, certificatePem }: Extract<Credential, { kind: 'x509-svid-without-key' }>) {
  const [leaf] = certificatesFromPem(certificatePem);
  const hash = createHash('sha256')
    .update(leaf ?? new Uint8Array())
    .digest('hex');
  return `Hash=${hash};URI=${spiffeId}`;
}
