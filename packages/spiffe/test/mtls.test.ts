import { once } from 'node:events';
import { createServer as createHttpsServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type TLSSocket } from 'node:tls';
import { beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { authorizeAny, authorizeId, authorizeMemberOf } from '../src/authorizer/authorizer.ts';
import { X509BundleSet } from '../src/bundle/x509-bundle.ts';
import { X509SvidNotHeld } from '../src/source/source.errors.ts';
import { parseSpiffeId } from '../src/spiffe-id/spiffe-id.ts';
import { MtlsAgent } from '../src/tls/mtls-agent.ts';
import { mtlsClientOptions } from '../src/tls/mtls-client.ts';
import { createMtlsFetch } from '../src/tls/mtls-fetch.ts';
import { type MtlsOptions, secureContextOptions } from '../src/tls/mtls-options.ts';
import { mtlsServerOptions, protectServer } from '../src/tls/mtls-server.ts';
import { verifyTlsPeer } from '../src/tls/verify-tls-peer.ts';
import type { X509Svid } from '../src/x509-svid/x509-svid.ts';
import { parseX509SvidDer } from '../src/x509-svid/x509-svid-encoding.ts';
import { ShapedAuthority } from './shaped-authority.ts';
import { TestTrustDomain } from './test-trust-domain.ts';

/** A source that the test itself rotates. */
class HandSource {
  readonly #listeners = new Set<() => void>();
  #svid: X509Svid | undefined;
  #bundles: X509BundleSet;

  constructor(svid: X509Svid | undefined, trusted: readonly TestTrustDomain[]) {
    this.#svid = svid;
    this.#bundles = bundlesOf(trusted);
  }

  svid(): X509Svid {
    if (this.#svid === undefined) throw new X509SvidNotHeld('none');
    return this.#svid;
  }

  bundles(): X509BundleSet {
    return this.#bundles;
  }

  onUpdate(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  set(svid: X509Svid | undefined, trusted: readonly TestTrustDomain[]): void {
    this.#svid = svid;
    this.#bundles = bundlesOf(trusted);
    for (const listener of this.#listeners) listener();
  }
}

function bundlesOf(trusted: readonly TestTrustDomain[]): X509BundleSet {
  return new X509BundleSet(
    trusted.map(({ name, authority }) => ({ trustDomain: name, authorities: [authority] })),
  );
}

let here: TestTrustDomain;
let abroad: TestTrustDomain;
let server: HandSource;
let client: HandSource;
let refusals: unknown[];

beforeAll(async () => {
  here = await TestTrustDomain.create('here.test');
  abroad = await TestTrustDomain.create('abroad.test');
});

beforeEach(async () => {
  server = new HandSource((await here.x509Svid('/server')).svid, [here]);
  client = new HandSource((await here.x509Svid('/client')).svid, [here]);
  refusals = [];
});

async function listening(listener: Server): Promise<number> {
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  onTestFinished(() => void listener.close());
  return (listener.address() as AddressInfo).port;
}

/** Says to each peer who it is. */
async function startEcho(options: Partial<MtlsOptions> = {}): Promise<number> {
  const mtls = { source: server, authorize: authorizeAny(), ...options };
  const echo = createServer(mtlsServerOptions, (socket) => {
    socket.on('error', () => {});
    socket.end(`${verifyTlsPeer(socket, mtls).spiffeId}`);
  });
  echo.on('tlsClientError', () => {});
  protectServer(echo, { ...mtls, onRefused: (error) => refusals.push(error) });
  return await listening(echo);
}

/** What the server says, or the error; an empty text where it hung up. */
async function call(port: number, options: Partial<MtlsOptions> = {}) {
  const mtls = { source: client, authorize: authorizeAny(), ...options };
  const socket = connect({
    host: '127.0.0.1',
    port,
    ...mtlsClientOptions(mtls),
  });
  return { ...(await said(socket)), socket };
}

async function said(socket: TLSSocket): Promise<{ readonly text: string; readonly error?: unknown }> {
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString();
  });
  try {
    await once(socket, 'close');
    return { text };
  } catch (error) {
    return { text, error };
  }
}

const codeOf = (error: unknown) => (error as { code?: string } | undefined)?.code;

describe('a protected server', () => {
  it('and its caller know one another by their SVIDs, whatever the host is called', async () => {
    const port = await startEcho({ authorize: authorizeMemberOf('here.test') });
    const authorize = authorizeId(parseSpiffeId('spiffe://here.test/server'));
    expect(await call(port, { authorize })).toMatchObject({ text: 'spiffe://here.test/client' });
  });

  it('does not hear of a caller that the authorizer does not want', async () => {
    const port = await startEcho({ authorize: authorizeId(parseSpiffeId('spiffe://here.test/other')) });
    expect((await call(port)).text).toBe('');
    expect(refusals.map(codeOf)).toEqual(['tls.peer-not-authorized']);
  });

  it('refuses an SVID of one trust domain that another one has signed, though it trusts both', async () => {
    server.set((await here.x509Svid('/server')).svid, [here, abroad]);
    const port = await startEcho();
    client.set((await abroad.x509SvidFor('spiffe://here.test/client')).svid, [here]);
    expect((await call(port)).text).toBe('');
    expect(refusals.map(codeOf)).toEqual(['svid.untrusted']);
    client.set((await abroad.x509Svid('/client')).svid, [here]);
    expect((await call(port)).text).toBe('spiffe://abroad.test/client');
  });

  it('knows a caller below an intermediate, that of another authority not', async () => {
    const [trusted, stranger] = [
      await ShapedAuthority.create('here.test'),
      await ShapedAuthority.create('here.test'),
    ];
    const authorities = [here.authority, trusted.certificate];
    const source = {
      svid: () => server.svid(),
      bundles: () => new X509BundleSet([{ trustDomain: 'here.test', authorities }]),
      onUpdate: () => () => {},
    };
    const port = await startEcho({ source });
    const callFrom = async (authority: ShapedAuthority) => {
      const { chain, key } = await (await authority.intermediate()).leaf('/below');
      client.set(parseX509SvidDer(Buffer.concat(chain), key), [here]);
      return (await call(port)).text;
    };
    expect(await callFrom(trusted)).toBe('spiffe://here.test/below');
    expect(await callFrom(stranger)).toBe('');
  });

  it('refuses who shows nothing, and who is of an unknown authority', async () => {
    const port = await startEcho();
    const nobody = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
    nobody.on('error', () => {});
    expect((await said(nobody)).text).toBe('');
    client.set((await abroad.x509Svid('/client')).svid, [here]);
    expect((await call(port)).text).toBe('');
  });

  it('refuses an SVID that has expired', async () => {
    const port = await startEcho({ now: () => new Date(Date.now() + 7_200_000) });
    expect((await call(port)).text).toBe('');
    expect(refusals.map(codeOf)).toEqual(['svid.expired']);
  });

  it('shows its newest SVID and trusts its newest bundles, without a restart', async () => {
    const port = await startEcho();
    const serials = async () => (await call(port)).socket.getPeerX509Certificate()?.serialNumber;
    expect((await call(port)).text).not.toBe('');
    const next = (await here.x509Svid('/server')).svid;
    server.set(next, [here]);
    const socket = connect({
      host: '127.0.0.1',
      port,
      ...mtlsClientOptions({ source: client, authorize: authorizeAny() }),
    });
    await once(socket, 'secureConnect');
    expect(socket.getPeerX509Certificate()?.serialNumber.toLowerCase()).toBe(next.serial);
    socket.destroy();
    server.set(next, [abroad]);
    expect((await call(port)).text).toBe('');
    expect(await serials()).toBeUndefined();
  });

  it('ends a connection when the authority behind its peer leaves the bundle, and no other', async () => {
    let judgedAt = new Date();
    const mtls = { source: server, authorize: authorizeAny(), now: () => judgedAt };
    const open = createServer(mtlsServerOptions, (socket) => socket.on('error', () => {}).write('hello'));
    protectServer(open, { ...mtls, onRefused: (error) => refusals.push(error) });
    const port = await listening(open);
    const dial = async (source: HandSource) => {
      const options = mtlsClientOptions({ source, authorize: authorizeAny() });
      const socket = connect({ host: '127.0.0.1', port, ...options });
      await once(
        socket.on('error', () => {}),
        'data',
      );
      onTestFinished(() => void socket.destroy());
      return socket;
    };
    const { svid } = await here.x509Svid('/server');
    server.set(svid, [here, abroad]);
    const ours = await dial(client);
    const theirs = await dial(new HandSource((await abroad.x509Svid('/client')).svid, [here]));
    // One that has merely ended stays, as before.
    judgedAt = new Date(Date.now() + 86_400_000);
    server.set(svid, [here, abroad]);
    server.set(undefined, []);
    expect(refusals).toEqual([]);
    server.set(svid, [here]);
    await once(theirs, 'close');
    expect(refusals.map(codeOf)).toEqual(['svid.trust-domain-unknown']);
    expect(ours.destroyed).toBe(false);
  });

  it('speaks with nobody once its identity has been withdrawn, and again when it has one', async () => {
    const port = await startEcho();
    const { svid } = await here.x509Svid('/server');
    server.set(undefined, [here]);
    expect((await call(port)).text).toBe('');
    server.set(svid, [here]);
    expect((await call(port)).text).toBe('spiffe://here.test/client');
  });

  it('speaks with nobody before it is protected', async () => {
    const bare = createServer(mtlsServerOptions, (socket) => socket.end('hello'));
    bare.on('tlsClientError', () => {});
    expect((await call(await listening(bare))).text).toBe('');
  });

  it('resumes no session: who comes back proves anew; one with tickets would resume', async () => {
    const { cert, key, ca } = secureContextOptions({ source: server });
    const withTickets = createServer({ cert, key, ca, requestCert: true }, (socket) => socket.end('hello'));
    expect(await isResumed(await listening(withTickets))).toBe(true);
    expect(await isResumed(await startEcho())).toBe(false);
  });
});

/** Whether a second connection with the first one's session is let in on that. */
async function isResumed(port: number): Promise<boolean> {
  const mtls = mtlsClientOptions({ source: client, authorize: authorizeAny() });
  const first = connect({ host: '127.0.0.1', port, ...mtls });
  let session: Buffer | undefined;
  first.on('session', (given: Buffer) => {
    session = given;
  });
  expect((await said(first)).text).not.toBe('');
  const again = connect({ host: '127.0.0.1', port, ...mtls, ...(session && { session }) });
  await once(again, 'secureConnect');
  const resumed = again.isSessionReused();
  again.destroy();
  return resumed;
}

describe('a caller', () => {
  it('refuses a server that the authorizer does not want', async () => {
    const port = await startEcho();
    const answer = await call(port, { authorize: authorizeId(parseSpiffeId('spiffe://here.test/other')) });
    expect(codeOf(answer.error)).toBe('tls.peer-not-authorized');
  });

  it('refuses a server whose SVID another trust domain has signed', async () => {
    server.set((await abroad.x509SvidFor('spiffe://here.test/server')).svid, [here]);
    const port = await startEcho();
    client.set((await here.x509Svid('/client')).svid, [here, abroad]);
    expect(codeOf((await call(port)).error)).toBe('svid.untrusted');
  });
});

/** Answers with the serial number of the caller's SVID. */
async function startWeb(): Promise<{ readonly url: string; readonly connections: () => number }> {
  const web = createHttpsServer(mtlsServerOptions, (incoming, response) => {
    const leaf = (incoming.socket as TLSSocket).getPeerX509Certificate();
    response.end(leaf?.serialNumber.toLowerCase());
  });
  web.on('tlsClientError', () => {});
  let connections = 0;
  web.on('secureConnection', () => {
    connections += 1;
  });
  protectServer(web, { source: server, authorize: authorizeAny() });
  const port = await listening(web);
  onTestFinished(() => web.closeAllConnections());
  return { url: `https://127.0.0.1:${port}`, connections: () => connections };
}

describe.each(['https.Agent', 'fetch'])('%s', (kind) => {
  function getter(options: Partial<MtlsOptions> = {}): (url: string) => Promise<string> {
    const mtls = { source: client, authorize: authorizeAny(), ...options };
    if (kind === 'fetch') {
      const mtlsFetch = createMtlsFetch(mtls, { connections: 1 });
      onTestFinished(() => mtlsFetch.close());
      return async (url) => await (await mtlsFetch(url)).text();
    }
    const agent = new MtlsAgent(mtls);
    onTestFinished(() => agent.destroy());
    return async (url) => {
      const sent = request(url, { agent });
      sent.end();
      const [response] = await once(sent, 'response');
      let text = '';
      for await (const chunk of response) text += chunk.toString();
      return text;
    };
  }

  it('uses a connection again while the SVID is the same, and never one of an SVID before', async () => {
    const web = await startWeb();
    const get = getter();
    const { serial } = client.svid();
    for (let count = 0; count < 3; count++) expect(await get(web.url)).toBe(serial);
    expect(web.connections()).toBe(1);
    const next = (await here.x509Svid('/client')).svid;
    client.set(next, [here]);
    expect(await get(web.url)).toBe(next.serial);
    expect(web.connections()).toBe(2);
  });

  it('fails where it has no identity, or the server is not the wanted one; nothing is sent', async () => {
    const web = await startWeb();
    const failures = [];
    for (const options of [{}, { authorize: () => false }]) {
      client.set(options.authorize ? (await here.x509Svid('/client')).svid : undefined, [here]);
      failures.push(await getter(options)(web.url).catch((error) => codeOf(error) ?? codeOf(error.cause)));
    }
    expect(failures).toEqual(['x509-source.svid-not-held', 'tls.peer-not-authorized']);
  });
});

it('fetch refuses what is not https:, so that no redirect leads out of TLS', async () => {
  const mtlsFetch = createMtlsFetch({ source: client, authorize: authorizeAny() });
  const failure = await mtlsFetch('http://127.0.0.1:4711/').catch((error) => error);
  expect(codeOf(failure) ?? codeOf(failure.cause)).toBe('tls.plaintext-refused');
  await mtlsFetch.close();
});
