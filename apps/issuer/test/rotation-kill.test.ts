import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { issuerAdministration } from '@blastradius/contracts';
import { type AppProcess, type Postgres, startAppProcess, startPostgres } from '@blastradius/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { adminRequest, databaseOf, newEnvironment, removeEnvironment } from './test-issuer.ts';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const kinds = issuerAdministration.keySetKind.options;
const PATIENCE = { timeout: 30_000 };

let postgres: Postgres;
let environment: Record<string, string>;
const running: AppProcess[] = [];

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres?.stop());
afterEach(async () => {
  await Promise.all(running.splice(0).map((issuer) => issuer.kill()));
  removeEnvironment(environment);
});

const socketOf = (name: string) => `${environment['ADMIN_SOCKET']}-${name}`;
async function start(name: string): Promise<AppProcess> {
  // A log has one writer.
  const ledgerFile = join(environment['LEDGER_FILE'] ?? '', '..', `${name}.jsonl`);
  const own = { ADMIN_SOCKET: socketOf(name), LEDGER_FILE: ledgerFile };
  const issuer = await startAppProcess(main, { ...environment, ...own });
  running.push(issuer);
  return issuer;
}
const order = (name: string, publishSeconds: number) =>
  adminRequest(socketOf(name), 'POST', '/admin/authority/rotate', { step: 'forced', publishSeconds }).catch(
    () => ({ status: 0 }),
  );
async function show(name: string) {
  const { body } = await adminRequest(socketOf(name), 'GET', '/admin/authorities', undefined);
  return issuerAdministration.authoritiesAnswer.parse(body);
}
const statesOf = async (name: string) => {
  const { authorities } = await show(name);
  return kinds.map((kind) =>
    authorities
      .filter((one) => one.kind === kind)
      .map(({ state }) => state)
      .join(),
  );
};
const phasesOf = async (name: string) => (await show(name)).rotations.map(({ phase }) => phase);
const ofEachKind = (states: string) => kinds.map(() => states);

/** Holds back whoever changes the trust domain, at the end of its transaction, until it is let go. */
async function holdTheTrustDomain(): Promise<{ waits: () => Promise<boolean>; letGo: () => Promise<void> }> {
  const name = databaseOf(environment);
  const held = postgres.query(name, 'update issuer.trust_domain set name = name returning pg_sleep(8)');
  return {
    waits: async () => {
      const { rows } = await postgres.query<{ waits: number }>(
        'postgres',
        `select count(*)::int as waits from pg_stat_activity
         where datname = '${name}' and wait_event_type = 'Lock' and query ilike '%authority_revision%'`,
      );
      return (rows[0]?.waits ?? 0) > 0;
    },
    letGo: async () => {
      await held;
    },
  };
}

describe('an issuer that is killed in the middle of a forced rotation', () => {
  it('leaves the published keys to another, which lets them sign and taints what signed before', async () => {
    environment = await newEnvironment(postgres);
    const one = await start('one');
    await start('two');
    const ordered = order('one', 3);
    await expect.poll(() => statesOf('two'), PATIENCE).toEqual(ofEachKind('current,next'));
    await one.kill();
    expect((await ordered).status).toBe(0);
    await expect.poll(() => phasesOf('two'), PATIENCE).toEqual(['done']);
    expect(await statesOf('two')).toEqual(ofEachKind('tainted,current'));
  });

  it('leaves them to the next that starts, where there was no other', async () => {
    environment = await newEnvironment(postgres);
    const one = await start('one');
    void order('one', 2);
    await expect.poll(() => phasesOf('one'), PATIENCE).toEqual(['publishing']);
    await one.kill();
    await start('two');
    await expect.poll(() => phasesOf('two'), PATIENCE).toEqual(['done']);
    expect(await statesOf('two')).toEqual(ofEachKind('tainted,current'));
  });

  it('leaves nothing behind when the order itself was not kept yet', async () => {
    environment = await newEnvironment(postgres);
    const one = await start('one');
    await start('two');
    const { waits, letGo } = await holdTheTrustDomain();
    void order('one', 0);
    await expect.poll(waits, PATIENCE).toBe(true);
    await one.kill();
    await letGo();
    await expect.poll(() => statesOf('two'), PATIENCE).toEqual(ofEachKind('current'));
    expect(await phasesOf('two')).toEqual([]);
    expect((await order('two', 0)).status).toBe(200);
    expect(await statesOf('two')).toEqual(ofEachKind('tainted,current'));
  });

  it('leaves no key that signs while its predecessor is untainted, wherever in the second step it dies', async () => {
    environment = await newEnvironment(postgres);
    const one = await start('one');
    void order('one', 4);
    await expect.poll(() => phasesOf('one'), PATIENCE).toEqual(['publishing']);
    const { waits, letGo } = await holdTheTrustDomain();
    await expect.poll(waits, PATIENCE).toBe(true);
    await one.kill();
    await letGo();
    // Half of it would show here: nothing has gone on with it yet.
    const { rows } = await postgres.query<{ steps: string }>(
      databaseOf(environment),
      'select (activated_at is not null)::text || (tainted_at is not null)::text as steps from issuer.authorities order by prepared_at',
    );
    expect(rows.map(({ steps }) => steps)).toEqual(['truefalse', 'falsefalse']);
    await start('two');
    await expect.poll(() => phasesOf('two'), PATIENCE).toEqual(['done']);
    expect(await statesOf('two')).toEqual(ofEachKind('tainted,current'));
  });

  it('has nothing left to do after it, and no key set is made twice', async () => {
    environment = await newEnvironment(postgres);
    const one = await start('one');
    await start('two');
    expect((await order('one', 0)).status).toBe(200);
    await one.kill();
    await start('three');
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(await statesOf('two')).toEqual(ofEachKind('tainted,current'));
    expect(await statesOf('three')).toEqual(ofEachKind('tainted,current'));
  });

  it('does not keep one whose order is for the same keys waiting: that ends with it', async () => {
    environment = await newEnvironment(postgres);
    const one = await start('one');
    await start('two');
    void order('one', 60);
    await expect.poll(() => phasesOf('two'), PATIENCE).toEqual(['publishing']);
    await one.kill();
    // It is hurried on, as well.
    expect((await order('two', 0)).status).toBe(200);
    expect(await statesOf('two')).toEqual(ofEachKind('tainted,current'));
    expect(await phasesOf('two')).toEqual(['done']);
  });
});
