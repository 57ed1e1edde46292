import { DpopKey } from '@blastradius/credentials';
import {
  generateP256KeyPair,
  mintAccessToken,
  mintJwtSvid,
  mintWitSvid,
  mintX509Svid,
} from '@blastradius/pki';
import { createX509Svid } from '@blastradius/spiffe';
import type { Credential } from '../../loot/credential.ts';
import type { StolenAuthorities } from './stolen-authorities.ts';

export type MintedKind = 'x509-svid' | 'jwt-svid' | 'wit-svid' | 'bound-access-token';

/** Longer than any run; each is cut to the end of what signs it. */
const LIFETIME_MS = 24 * 3_600_000;

/** An identity of this name by each of the stolen keys of the kind: the one that signs, and the one that is going to. */
export function mintIdentities(
  stolen: StolenAuthorities,
  kind: MintedKind,
  spiffeId: string,
): Promise<Credential[]> {
  const lifetime = { issuedAt: new Date(Date.now() - 1000), expiresAt: new Date(Date.now() + LIFETIME_MS) };
  switch (kind) {
    case 'x509-svid':
      return Promise.all(
        stolen.x509.map(async (authority): Promise<Credential> => {
          const { publicKey, privateKey } = await generateP256KeyPair();
          const { certificate } = mintX509Svid({
            authority,
            spiffeId,
            publicKeySpki: publicKey.export({ type: 'spki', format: 'der' }),
            notBefore: lifetime.issuedAt,
            notAfter: lifetime.expiresAt,
          });
          return { kind, svid: createX509Svid({ certificates: [certificate], privateKey }), from: 'minted' };
        }),
      );
    case 'jwt-svid':
      return Promise.all(
        stolen.jwt.map(async (authority): Promise<Credential> => {
          const audience = [`spiffe://${stolen.trustDomain}/network`];
          const { token } = mintJwtSvid({ authority, spiffeId, audience, ...lifetime });
          return { kind, token, from: 'minted' };
        }),
      );
    case 'bound-access-token':
      return Promise.all(
        stolen.accessToken.map(async (authority): Promise<Credential> => {
          const { privateKey } = await generateP256KeyPair();
          const { token } = mintAccessToken({
            authority,
            issuer: stolen.tokenIssuer ?? '',
            subject: spiffeId,
            clientId: spiffeId,
            audience: [`spiffe://${stolen.trustDomain}/network`],
            scopes: [],
            actors: [],
            confirmation: { jkt: await new DpopKey(privateKey).thumbprint() },
            ...lifetime,
          });
          return { kind, token, privateKey, from: 'minted' };
        }),
      );
    case 'wit-svid':
      return Promise.all(
        stolen.wit.map(async (authority): Promise<Credential> => {
          const { publicKey, privateKey } = await generateP256KeyPair();
          const publicKeySpki = publicKey.export({ type: 'spki', format: 'der' });
          const { token } = mintWitSvid({ authority, spiffeId, publicKeySpki, ...lifetime });
          return { kind, svid: { token, confirmationKey: { alg: 'ES256' }, privateKey }, from: 'minted' };
        }),
      );
  }
}

/** The names that the issuer's own policies would give to these agents. */
export function namesIn(stolen: StolenAuthorities, agents: readonly string[]): string[] {
  const template = stolen.spiffeIds.find((id) => /\/\{[^/}]+\}$/.test(id));
  if (template === undefined) return [];
  const parent = template.replace('{trustDomain}', stolen.trustDomain).replace(/\{[^/}]+\}$/, '');
  return agents.map((agent) => `${parent}${agent}`);
}
