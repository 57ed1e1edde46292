import type { AddressInfo } from 'node:net';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { certificatesToPem } from '@blastradius/spiffe';
import { describe, expect, it } from 'vitest';
import { type Authority, createAuthority, generateP256KeyPair, mintX509Svid } from '../src/index.ts';

const lifetime = () => ({ notBefore: new Date(Date.now() - 1000), notAfter: new Date(Date.now() + 60_000) });

async function identity(authority: Authority, spiffeId: string) {
  const keys = await generateP256KeyPair();
  const { certificate } = mintX509Svid({
    authority,
    spiffeId,
    publicKeySpki: keys.publicKey.export({ type: 'spki', format: 'der' }),
    ipAddresses: ['127.0.0.1'],
    ...lifetime(),
  });
  const key = keys.privateKey.export({ type: 'pkcs8', format: 'pem' });
  return { cert: certificatesToPem([certificate]), key };
}

/** What the server sees of a client that connects with this identity. */
async function handshake(authority: Authority, client: { cert: string; key: string | Buffer }) {
  const ca = certificatesToPem([authority.certificate]);
  const own = await identity(authority, 'spiffe://moltbook.test/network');
  const server = createServer({
    ...own,
    ca,
    requestCert: true,
    rejectUnauthorized: false,
    minVersion: 'TLSv1.3',
  });
  const seen = new Promise<TLSSocket>((resolve) => server.once('secureConnection', resolve));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const socket = connect({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, ca, ...client });
  const peer = await seen;
  const result = { authorized: peer.authorized, names: peer.getPeerCertificate().subjectaltname };
  socket.destroy();
  server.close();
  return result;
}

describe('a minted SVID, in TLS 1.3 between Node processes', () => {
  it('is accepted on both sides and carries the identity', async () => {
    const authority = await createAuthority({ trustDomain: 'moltbook.test', ...lifetime() });
    const client = await identity(authority, 'spiffe://moltbook.test/agent/a');
    expect(await handshake(authority, client)).toEqual({
      authorized: true,
      names: 'URI:spiffe://moltbook.test/agent/a, IP Address:127.0.0.1',
    });
  });

  it('is not authorized when another authority signed it', async () => {
    const make = () => createAuthority({ trustDomain: 'moltbook.test', ...lifetime() });
    const [authority, rogue] = await Promise.all([make(), make()]);
    const client = await identity(rogue, 'spiffe://moltbook.test/agent/a');
    expect((await handshake(authority, client)).authorized).toBe(false);
  });
});
