import { randomBytes, X509Certificate } from 'node:crypto';
import { connect, type TLSSocket } from 'node:tls';
import { issuance, type TrustBundleDocument } from '@blastradius/contracts';
import { authorityKeyIdOf, certificatesToPem, subjectKeyIdOf } from '@blastradius/spiffe';
import { fakeClock, type Postgres, startPostgres, startRedis } from '@blastradius/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { csrFor, identityOf, type SidecarClient, type TestIdentity } from './sidecar-client.ts';
import {
  databaseOf,
  newEnvironment,
  removeEnvironment,
  startTestIssuer,
  type TestIssuer,
  trustDomain,
} from './test-issuer.ts';

const redis = await startRedis();
let postgres: Postgres;
const environments: Record<string, string>[] = [];
const issuers: TestIssuer[] = [];

const environmentWith = async (changes: Record<string, string> = {}) => {
  const environment = await newEnvironment(postgres, changes);
  environments.push(environment);
  return environment;
};
const start = async (...args: Parameters<typeof startTestIssuer>) => {
  const issuer = await startTestIssuer(...args);
  issuers.push(issuer);
  return issuer;
};

beforeAll(async () => {
  postgres = await startPostgres();
});
afterEach(async () => {
  await Promise.all(issuers.splice(0).map((issuer) => issuer.close()));
});
afterAll(async () => {
  await postgres?.stop();
  await redis?.stop();
  environments.forEach(removeEnvironment);
});

const bundleOf = async (client: SidecarClient): Promise<TrustBundleDocument> =>
  issuance.trustBundle.parse((await client.get('/v1/bundle')).body);

/** The same sidecar, who has heard of all authorities that there are now: an idle connection may end at any time. */
const informed = async (issuer: TestIssuer, identity: TestIdentity): Promise<SidecarClient> =>
  issuer.client((await issuer.mintJoinToken()).authorities, identity);

/** Which of these authorities signs what is issued now. */
async function signerIndex(
  client: SidecarClient,
  node: string,
  authorities: readonly string[],
): Promise<number> {
  const { csr } = await csrFor(`spiffe://${trustDomain}/sidecar/${node}`);
  const { svid } = issuance.joinTokenAnswer.parse((await client.post('/v1/renew', { csr })).body);
  const leaf = new X509Certificate(Buffer.from(svid.certificateChain[0] ?? '', 'base64'));
  return authorities.findIndex((der) => {
    const authority = new X509Certificate(Buffer.from(der, 'base64'));
    return leaf.checkIssued(authority) && leaf.verify(authority.publicKey);
  });
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const endMs = Date.now() + 20_000;
  while (!(await holds())) {
    if (Date.now() > endMs) throw new Error('it did not come about in 20 seconds');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

describe('rotation by order', () => {
  it('publishes first, signs later, and keeps the predecessor in the bundle: for each kind of key', async () => {
    const issuer = await start(await environmentWith());
    const { client } = await issuer.admitSidecar('range');
    const before = await bundleOf(client);
    expect(before.x509Authorities).toHaveLength(1);

    await issuer.admin('POST', '/admin/authority/rotate', { step: 'prepare' });
    const prepared = await bundleOf(client);
    expect(prepared.sequence).toBeGreaterThan(before.sequence);
    expect(prepared.x509Authorities).toEqual([...before.x509Authorities, expect.any(String)]);
    expect(await signerIndex(client, 'range', prepared.x509Authorities)).toBe(0);

    await issuer.admin('POST', '/admin/authority/rotate', { step: 'activate' });
    expect(await signerIndex(client, 'range', prepared.x509Authorities)).toBe(1);
    expect(await bundleOf(client)).toEqual(prepared);
    for (const kind of ['x509', 'jwt', 'wit', 'access-token']) {
      const steps = issuer
        .ledger()
        .flatMap((record) => (record.ledger === 'issuer' && record.kind === kind ? [record.event] : []));
      expect(steps.filter((event) => event.startsWith('authority-'))).toEqual([
        'authority-prepared',
        'authority-activated',
        'authority-prepared',
        'authority-activated',
      ]);
    }
  });

  it('turns one key set alone where the order names it', async () => {
    const issuer = await start(await environmentWith());
    const { client } = await issuer.admitSidecar('range');
    const before = await bundleOf(client);
    await issuer.admin('POST', '/admin/authority/rotate', { step: 'prepare', kind: 'jwt' });
    const prepared = await bundleOf(client);
    expect(prepared.sequence).toBeGreaterThan(before.sequence);
    expect(prepared).toMatchObject({
      x509Authorities: before.x509Authorities,
      witAuthorities: before.witAuthorities,
      jwtAuthorities: [...before.jwtAuthorities, expect.any(Object)],
    });
    const wrong = await issuer.admin('POST', '/admin/authority/rotate', { step: 'activate', kind: 'wit' });
    expect(wrong).toMatchObject({ status: 409, body: { code: 'authority.none-prepared' } });
    // Nothing is named: what there is to activate is activated.
    expect((await issuer.admin('POST', '/admin/authority/rotate', { step: 'activate' })).status).toBe(200);
    await issuer.admin('POST', '/admin/authority/rotate', { step: 'taint' });
    const { taintedAuthorityKeyIds } = await bundleOf(client);
    expect(taintedAuthorityKeyIds).toEqual(before.jwtAuthorities.map(({ kid }) => kid));
  });

  it('gives each key of the bundle a name of its own, and forgets those that sign no more', async () => {
    const environment = await environmentWith();
    const issuer = await start(environment);
    await issuer.admin('POST', '/admin/authority/rotate', { step: 'forced', publishSeconds: 0 });
    const { client } = await issuer.admitSidecar('range');
    const { jwtAuthorities, witAuthorities } = await bundleOf(client);
    const kids = [...jwtAuthorities, ...witAuthorities].map(({ kid }) => kid);
    expect(new Set(kids).size).toBe(4);
    const name = databaseOf(environment);
    const { rows } = await postgres.query(
      name,
      'select kind, wrapped_key is null as gone, tainted_at is null as clean from issuer.token_authorities order by 1, 2',
    );
    expect(rows).toEqual(
      ['jwt', 'wit'].flatMap((kind) => [
        { kind, gone: false, clean: true },
        { kind, gone: true, clean: false },
      ]),
    );
  });

  it('can not activate what was not prepared', async () => {
    const issuer = await start(await environmentWith());
    expect(await issuer.admin('POST', '/admin/authority/rotate', { step: 'activate' })).toMatchObject({
      status: 409,
      body: { code: 'authority.none-prepared' },
    });
  });
});

describe('the keys that sign access tokens', () => {
  it('live as the others do, apart from those of the bundle, which says nothing of them', async () => {
    const environment = await environmentWith();
    const issuer = await start(environment);
    const { client } = await issuer.admitSidecar('range');
    const before = await bundleOf(client);
    const order = { step: 'forced', publishSeconds: 0, kind: 'access-token' };
    expect((await issuer.admin('POST', '/admin/authority/rotate', order)).status).toBe(200);
    expect(await bundleOf(client)).toEqual(before);
    const name = databaseOf(environment);
    const { rows } = await postgres.query(
      name,
      `select wrapped_key is null as gone, tainted_at is null as clean
       from issuer.access_token_authorities order by prepared_at`,
    );
    expect(rows).toEqual([
      { gone: true, clean: false },
      { gone: false, clean: true },
    ]);
    // The release before this one takes each row of these tables for a key of the bundle.
    const { rows: others } = await postgres.query(
      name,
      'select (select count(*)::int from issuer.token_authorities) as tokens, (select count(*)::int from issuer.authorities) as x509',
    );
    expect(others).toEqual([{ tokens: 2, x509: 1 }]);
  });
});

describe('a forced rotation', () => {
  const keyIds = (authorities: readonly string[]) =>
    authorities.map((der) => subjectKeyIdOf(Buffer.from(der, 'base64')));
  const allKeyIds = (bundle: TrustBundleDocument) => [
    ...keyIds(bundle.x509Authorities),
    ...[...bundle.jwtAuthorities, ...bundle.witAuthorities].map(({ kid }) => kid),
  ];
  const eventsOf = (issuer: TestIssuer) =>
    issuer
      .ledger()
      .flatMap((record) => (record.ledger === 'issuer' && record.reason === 'forced' ? [record.event] : []));
  const ofEachKind = (events: readonly string[]) => [events, events, events, events].flat();

  it('signs by a new key and says which one is tainted, and refuses nothing that the old one has signed', async () => {
    const issuer = await start(await environmentWith());
    const { client, identity } = await issuer.admitSidecar('range');
    const before = await bundleOf(client);
    expect(before.taintedAuthorityKeyIds).toEqual([]);
    const order = { step: 'forced', publishSeconds: 0.5 };
    const startedAt = performance.now();
    expect((await issuer.admin('POST', '/admin/authority/rotate', order)).status).toBe(200);
    expect(performance.now() - startedAt).toBeGreaterThan(490);
    // It still shows the SVID that the tainted authority has signed.
    const sidecar = await informed(issuer, identity);
    const after = await bundleOf(sidecar);
    expect(after.x509Authorities).toHaveLength(2);
    expect(after.taintedAuthorityKeyIds.toSorted()).toEqual(allKeyIds(before).toSorted());
    expect(after.sequence).toBeGreaterThan(before.sequence + 1);
    expect(await signerIndex(sidecar, 'range', after.x509Authorities)).toBe(1);
    expect(eventsOf(issuer)).toEqual([
      ...ofEachKind(['authority-prepared']),
      ...ofEachKind(['authority-activated', 'authority-tainted']),
    ]);
  });

  it('is done once when it is ordered several times at once, at two issuers', async () => {
    const environment = await environmentWith();
    const second = { ...environment, ADMIN_SOCKET: `${environment['ADMIN_SOCKET']}2` };
    const [one, two] = await Promise.all([start(environment), start(second)]);
    const { identity } = await one.admitSidecar('range');
    const order = { step: 'forced', publishSeconds: 0.5 };
    const answers = await Promise.all(
      [one, one, two, two].map((issuer) => issuer.admin('POST', '/admin/authority/rotate', order)),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const bundle = await bundleOf(await informed(one, identity));
    expect(bundle.x509Authorities).toHaveLength(2);
    expect(bundle.taintedAuthorityKeyIds).toHaveLength(3);
    expect(allKeyIds(bundle)).toHaveLength(6);
  });

  it('replaces the issuer’s own certificate', async () => {
    const issuer = await start(await environmentWith());
    const { authorities } = await issuer.mintJoinToken();
    const signedBy = async () => authorityKeyIdOf(await serverCertificate(issuer.url));
    expect(keyIds(authorities)).toContain(await signedBy());
    await issuer.admin('POST', '/admin/authority/rotate', { step: 'forced', publishSeconds: 0 });
    await until(async () => !keyIds(authorities).includes(await signedBy()));
  });

  it('can taint nothing while there is no predecessor', async () => {
    const issuer = await start(await environmentWith());
    expect(await issuer.admin('POST', '/admin/authority/rotate', { step: 'taint' })).toMatchObject({
      status: 409,
      body: { code: 'authority.no-predecessor' },
    });
  });

  it('keeps no order waiting for longer than ten minutes', async () => {
    const issuer = await start(await environmentWith());
    const order = { step: 'forced', publishSeconds: 601 };
    expect((await issuer.admin('POST', '/admin/authority/rotate', order)).status).toBe(400);
  });
});

async function serverCertificate(url: string): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const port = Number(new URL(url).port);
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => {
    resolve(socket.getPeerCertificate().raw);
    socket.destroy();
  });
  socket.on('error', reject);
  return promise;
}

describe.each([
  ['PostgreSQL', {}],
  ['Redis', { JOBS_URL: redis?.url ?? '' }],
])('rotation on schedule, its jobs kept by %s,', (kind, jobs) => {
  it.skipIf(kind === 'Redis' && redis === null)(
    'prepares, waits, activates and in the end retires',
    async () => {
      const issuer = await start(
        await environmentWith({
          ...jobs,
          AUTHORITY_ROTATION_SECONDS: '1.5',
          AUTHORITY_ACTIVATION_DELAY_SECONDS: '0.5',
          AUTHORITY_TTL_SECONDS: '5',
          X509_SVID_TTL_SECONDS: '4',
        }),
      );
      const events = () => issuer.ledger().flatMap((record) => (record.ledger === 'issuer' ? [record] : []));
      const has = (event: string, reason: string) =>
        ['x509', 'jwt', 'wit', 'access-token'].every((kind) =>
          events().some((one) => one.event === event && one.reason === reason && one.kind === kind),
        );
      await until(async () => has('authority-retired', 'ended'));
      expect(has('authority-prepared', 'scheduled') && has('authority-activated', 'scheduled')).toBe(true);
      const { client } = await issuer.admitSidecar('range');
      const { sequence, x509Authorities } = await bundleOf(client);
      expect(sequence).toBeGreaterThan(2);
      expect(await signerIndex(client, 'range', x509Authorities)).toBeGreaterThanOrEqual(0);
    },
  );
});

describe('an issuer that is killed', () => {
  it('comes back with its keys, its policies and its bundle, and knows its sidecars', async () => {
    // Long enough that the second process does not activate what the first one prepared.
    const environment = await environmentWith({ AUTHORITY_ACTIVATION_DELAY_SECONDS: '60' });
    const killed = await start(environment);
    const policy = { id: 'p', selectors: ['x'], spiffeId: 'spiffe://{trustDomain}/workload' };
    await killed.admin('PUT', '/admin/policies', { policies: [policy] });
    await killed.admin('POST', '/admin/authority/rotate', { step: 'prepare' });
    const { client, identity, authorities } = await killed.admitSidecar('range');
    const before = await bundleOf(client);

    // Nothing is closed: all that a second process has is what the database held at that instant.
    const restarted = await start({ ...environment, ADMIN_SOCKET: `${environment['ADMIN_SOCKET']}2` });
    const again = restarted.client(authorities, identity);
    expect(await bundleOf(again)).toEqual(before);
    expect((await again.post('/v1/entitlements', { selectors: ['x'] })).text).toContain('/workload');
    expect(await signerIndex(again, 'range', before.x509Authorities)).toBe(0);
  });

  it('does not start with another key-encryption key, and says so', async () => {
    const environment = await environmentWith();
    await start(environment);
    const other = {
      ...environment,
      ADMIN_SOCKET: `${environment['ADMIN_SOCKET']}2`,
      KEY_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    };
    await expect(startTestIssuer(other)).rejects.toMatchObject({
      code: 'authority.key-encryption-key-wrong',
    });
  });

  it('does not start on the database of another trust domain', async () => {
    const environment = await environmentWith();
    await start(environment);
    await expect(startTestIssuer({ ...environment, TRUST_DOMAIN: 'other.test' })).rejects.toMatchObject({
      code: 'authority.trust-domain-mismatch',
    });
  });
});

describe('two issuers of one trust domain', () => {
  it('make one authority together, and see each other’s changes at once', async () => {
    const environment = await environmentWith();
    const second = { ...environment, ADMIN_SOCKET: `${environment['ADMIN_SOCKET']}2` };
    const [one, two] = await Promise.all([start(environment), start(second)]);
    const { client, identity, authorities } = await one.admitSidecar('range');
    expect(authorities).toHaveLength(1);
    const other = two.client(authorities, identity);
    expect(await bundleOf(other)).toEqual(await bundleOf(client));

    await Promise.all(
      [one, two].map((issuer) => issuer.admin('POST', '/admin/authority/rotate', { step: 'prepare' })),
    );
    await two.admin('POST', '/admin/authority/rotate', { step: 'activate' });
    const bundle = await bundleOf(client);
    expect(bundle.x509Authorities).toHaveLength(2);
    expect(await signerIndex(client, 'range', bundle.x509Authorities)).toBe(1);
  });
});

describe('a connection that outlives its certificate', () => {
  it('is refused from the instant at which the SVID ends', async () => {
    const clock = fakeClock(new Date());
    const issuer = await start(await environmentWith(), clock);
    const { client } = await issuer.admitSidecar('range');
    expect((await client.get('/v1/bundle')).status).toBe(200);
    clock.advance(61_000);
    expect((await client.get('/v1/bundle')).status).toBe(401);
    expect(issuer.ledger()).toContainEqual(
      expect.objectContaining({ event: 'svid-refused', reason: 'svid.expired' }),
    );
  });

  it('can not be resumed', async () => {
    const issuer = await start(await environmentWith());
    const { identity, authorities } = await issuer.admitSidecar('range');
    const options = {
      ...identity,
      host: '127.0.0.1',
      port: Number(new URL(issuer.url).port),
      ca: certificatesToPem(authorities.map((der) => Buffer.from(der, 'base64'))),
    };
    const sessions: Buffer[] = [];
    const open = (session?: Buffer) => {
      const { promise, resolve, reject } = Promise.withResolvers<TLSSocket>();
      const socket = connect({ ...options, ...(session === undefined ? {} : { session }) });
      socket.on('session', (ticket) => sessions.push(ticket));
      socket.on('error', reject);
      socket.on('data', () => resolve(socket));
      socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
      return promise;
    };
    const first = await open();
    first.destroy();
    const second = await open(sessions[0]);
    expect(second.isSessionReused()).toBe(false);
    second.destroy();
  });
});

describe('the issuer’s own certificate', () => {
  it('is replaced before it ends, under open connections', async () => {
    const issuer = await start(await environmentWith({ X509_SVID_TTL_SECONDS: '2' }));
    const { joinToken, authorities } = await issuer.mintJoinToken();
    const serialNow = async () => {
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      const ca = certificatesToPem(authorities.map((der) => Buffer.from(der, 'base64')));
      const socket = connect({ host: '127.0.0.1', port: Number(new URL(issuer.url).port), ca }, () => {
        resolve(socket.getPeerCertificate().serialNumber);
        socket.destroy();
      });
      socket.on('error', reject);
      return promise;
    };
    const stays = issuer.client(authorities);
    expect((await stays.get('/healthz')).status).toBe(200);
    const first = await serialNow();
    await until(async () => (await serialNow()) !== first);
    expect((await stays.get('/healthz')).status).toBe(200);
    const { csr, privateKey } = await csrFor('x');
    const joined = await issuer.client(authorities).post('/v1/attest/join-token', { joinToken, csr });
    const { svid } = issuance.joinTokenAnswer.parse(joined.body);
    expect((await issuer.client(authorities, identityOf(svid, privateKey)).get('/v1/bundle')).status).toBe(
      200,
    );
  });
});

describe('a large batch', () => {
  it('leaves other requests their turn', async () => {
    const issuer = await start(await environmentWith());
    const policy = { id: 'p', selectors: ['x'], spiffeId: 'spiffe://{trustDomain}/workload' };
    await issuer.admin('PUT', '/admin/policies', { policies: [policy] });
    const { client, authorities } = await issuer.admitSidecar('range');
    const spiffeId = `spiffe://${trustDomain}/workload`;
    const { csr } = await csrFor(spiffeId);
    let answered = 0;
    const stranger = issuer.client(authorities);
    await stranger.get('/healthz');
    const batch = client.post('/v1/x509-svids', {
      selectors: ['x'],
      requests: Array.from({ length: 2000 }, () => ({ spiffeId, csr })),
    });
    let running = true;
    const asking = (async () => {
      while (running) {
        await stranger.get('/healthz');
        answered += 1;
      }
    })();
    const { results } = issuance.x509SvidsAnswer.parse((await batch).body);
    running = false;
    await asking;
    expect(results).toHaveLength(2000);
    expect(answered).toBeGreaterThan(10);
  });
});
