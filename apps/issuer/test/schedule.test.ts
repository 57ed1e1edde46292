import { issuerAdministration } from '@blastradius/contracts';
import { fakeClock, type Postgres, startPostgres } from '@blastradius/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { csrFor } from './sidecar-client.ts';
import {
  newEnvironment,
  removeEnvironment,
  startTestIssuer,
  type TestIssuer,
  trustDomain,
} from './test-issuer.ts';

const kinds = issuerAdministration.keySetKind.options;
const PATIENCE = { timeout: 20_000 };

let postgres: Postgres;
let issuer: TestIssuer;

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres?.stop());
afterEach(async () => {
  await issuer.close();
  removeEnvironment(issuer.environment);
});

async function statesOfEachKind(): Promise<string[]> {
  const { body } = await issuer.admin('GET', '/admin/authorities');
  const { authorities } = issuerAdministration.authoritiesAnswer.parse(body);
  return kinds.map((kind) =>
    authorities
      .filter((one) => one.kind === kind)
      .map(({ state }) => state)
      .join(),
  );
}
const ofEachKind = (states: string) => kinds.map(() => states);
const scheduled = () =>
  issuer
    .ledger()
    .flatMap((record) => (record.ledger === 'issuer' && record.reason === 'scheduled' ? [record.event] : []));

describe('a rotation whose tick the queue has lost', () => {
  it('is made up for by upkeep: the next keys are published, and sign in time', async () => {
    const clock = fakeClock(new Date());
    // The queue goes by real time: in this test it has nothing more to say after its first tick.
    issuer = await startTestIssuer(
      await newEnvironment(postgres, {
        AUTHORITY_ROTATION_SECONDS: '600',
        AUTHORITY_ACTIVATION_DELAY_SECONDS: '60',
      }),
      clock,
    );
    clock.advance(751_000);
    await expect.poll(statesOfEachKind, PATIENCE).toEqual(ofEachKind('current,next'));
    clock.advance(211_000);
    await expect.poll(statesOfEachKind, PATIENCE).toEqual(ofEachKind('previous,current'));
    expect(scheduled().filter((event) => event === 'authority-prepared')).toHaveLength(kinds.length);
    expect(scheduled().filter((event) => event === 'authority-activated')).toHaveLength(kinds.length);
  });

  it('is made up for once, where two issuers see that it is late', async () => {
    const clock = fakeClock(new Date());
    const environment = await newEnvironment(postgres);
    issuer = await startTestIssuer(environment, clock);
    const two = await startTestIssuer(
      { ...environment, ADMIN_SOCKET: `${environment['ADMIN_SOCKET']}2` },
      clock,
    );
    clock.advance(760_000);
    await expect.poll(statesOfEachKind, PATIENCE).toEqual(ofEachKind('current,next'));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await two.close();
    expect(await statesOfEachKind()).toEqual(ofEachKind('current,next'));
  });
});

describe('keys that were made while the issuer’s clock was an hour ahead', () => {
  it('are shown as not begun and sign nothing once it is right: others are made in their place at once', async () => {
    let aheadMs = 0;
    issuer = await startTestIssuer(await newEnvironment(postgres, { AUTHORITY_TTL_SECONDS: '14400' }), {
      now: () => new Date(Date.now() + aheadMs),
    });
    aheadMs = 3_600_000;
    await issuer.admin('POST', '/admin/authority/rotate', {
      step: 'forced',
      publishSeconds: 0,
      kind: 'x509',
    });
    aheadMs = 0;
    const [x509] = await statesOfEachKind();
    // Upkeep may have been quicker than we are.
    expect(x509).toMatch(/^(current|tainted),(current,)?not-begun/);
    // Somebody who asks is answered at once: by a key that is good now.
    const admitted = async () => {
      const { client } = await issuer.admitSidecar();
      const { csr } = await csrFor(`spiffe://${trustDomain}/sidecar/range`);
      return (await client.post('/v1/renew', { csr })).status;
    };
    await expect.poll(() => admitted().catch(() => 0), PATIENCE).toBe(200);
    const { body } = await issuer.admin('GET', '/admin/authorities');
    const shown = issuerAdministration.authoritiesAnswer.parse(body).authorities;
    const current = shown.find(({ kind, state }) => kind === 'x509' && state === 'current');
    expect(Date.parse(current?.notBefore ?? '')).toBeLessThanOrEqual(Date.now());
  });
});
