import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AttackerRecord, ledgerRecord } from '@blastradius/ledger';
import { type Strategy, tacticsOf } from '@blastradius/scenario';
import { certificatesToPem } from '@blastradius/spiffe';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Agenda } from '../src/engine/agenda.ts';
import { Attempts } from '../src/engine/attempts.ts';
import { TargetRefused } from '../src/engine/range-only.ts';
import { createThiefFetch, presentNothing } from '../src/engine/thief-fetch.ts';
import { Clients } from '../src/playbooks/moltbook/clients.ts';
import { Loot } from '../src/playbooks/moltbook/loot.ts';
import { playMoltbook } from '../src/playbooks/moltbook/playbook.ts';
import { RogueAuthority } from '../src/playbooks/moltbook/rogue-authority.ts';
import { FakeWorld } from './fake-world.ts';
import { ordinaryLife } from './ordinary-life.ts';

const names = ['Crab', 'Eel', 'Ray', 'Squid', 'Whelk'];
const attack = {
  leak: 'open-database',
  discoveryMinute: -30,
  firstUse: { medianMinutes: 2, sigma: 0, minMinutes: 1 },
  impersonationPerAgentPerHour: 4,
  impersonationPerHourMax: 400,
  throughHoleWritesPerHour: 12,
  harvestPageSize: 2,
  reharvestEveryMinutes: 60,
  carelessBackup: { agents: 0, backupMinute: -50, foundMinute: 60 },
  gullibleShare: 0,
  patience: 'until-end',
  strategy: 'round-robin',
  waitMinutes: 60,
  sharedInMessages: 0,
} as const;

function tables(credentialOf: (name: string) => object) {
  return {
    agents: names.map((name, index) => ({ id: `a${index}`, name, ...credentialOf(name) })),
    agent_messages: [
      { id: 'm1', message: `my key sk-proj-FAKE${'z'.repeat(28)}` },
      { id: 'm2', message: 'hello' },
      { id: 'm3', message: 'good night' },
    ],
    owners: [{ id: 'o1', email: 'crab@example.com' }],
    observers: [{ id: 'b1', email: 'waiting@example.org' }],
    posts: [{ id: 'p1', author_id: 'a1', title: 'Tides', content: 'low' }],
  };
}

const staticWorld = () => tables((name) => ({ api_key: `moltbook_sk_FAKE_${name}`, spiffe_id: null }));
const identityWorld = () =>
  tables((name) => ({ api_key: null, spiffe_id: `spiffe://moltbook.test/agent/${name}` }));

/** Four incident hours in two seconds. */
async function play(
  world: FakeWorld,
  options: {
    strategy?: Strategy;
    knowsHole?: boolean;
    backupFile?: string;
    onRecord?: (record: AttackerRecord) => void;
  } = {},
) {
  const records: AttackerRecord[] = [];
  const append = (record: AttackerRecord) => {
    ledgerRecord.parse(record);
    records.push(record);
    options.onRecord?.(record);
  };
  const clients = new Clients(new URL(world.url), new RogueAuthority());
  const reader = presentNothing();
  const attempts = new Attempts({ append });
  await playMoltbook({
    attack,
    tactics: tacticsOf({
      attack: { ...attack, strategy: options.strategy ?? 'round-robin' },
      ...ordinaryLife,
    }),
    seed: 's',
    networkUrl: world.url,
    fetch: createThiefFetch(reader),
    agenda: new Agenda({
      clock: { startedAtMs: Date.now(), startMinute: -60, timeScale: 7200 },
      endMinute: 180,
      signal: new AbortController().signal,
    }),
    attempts,
    loot: new Loot(),
    clients,
    backupFile: options.backupFile,
    publicNames: names,
    knowsHole: options.knowsHole ?? true,
  });
  await Promise.all([clients.close(), reader.close()]);
  return { records, counts: attempts.tally.counts };
}

const forged = (records: readonly AttackerRecord[], vector: AttackerRecord['vector']) =>
  records.filter((record) => record.forges && record.vector === vector);

describe('a world of static keys', () => {
  test('every key is harvested, and everybody impersonated with it', async () => {
    const world = await new FakeWorld(staticWorld()).start();
    for (const name of names) world.validKeys.add(`moltbook_sk_FAKE_${name}`);
    const { records, counts } = await play(world);
    expect(counts).toMatchObject({ credentials: 5, impersonated: 5, messagesRead: 3, secretsFound: 1 });
    expect(counts['forgedAccepted']).toBeGreaterThan(20);
    expect(records.some(({ step, outcome }) => step === 'validate-loot' && outcome === 'accepted')).toBe(
      true,
    );
    expect(records.some(({ step }) => step === 'spread')).toBe(true);
    const stolen = records.filter(({ vector }) => vector === 'stolen-credential');
    expect(new Set(stolen.map(({ presented }) => presented))).toEqual(new Set(['static-key']));
    expect(JSON.stringify(records)).not.toContain('moltbook_sk_FAKE');
  });

  test('the same seed and loot give the same order of attempts', async () => {
    const orderOf = async () => {
      const { records } = await play(await new FakeWorld(staticWorld()).start());
      const validated = records.filter(({ step }) => step === 'validate-loot');
      // By when each began: answers may come in another order.
      return validated.sort((a, b) => a.atMs - b.atMs).map(({ victim }) => victim);
    };
    expect(await orderOf()).toEqual(await orderOf());
  });

  test('goes on with the keys after the hole is closed, and notices by content that it is', async () => {
    const world = await new FakeWorld(staticWorld()).start();
    for (const name of names) world.validKeys.add(`moltbook_sk_FAKE_${name}`);
    let closedAfter = Number.POSITIVE_INFINITY;
    const { records } = await play(world, {
      onRecord: ({ step, atMs }) => {
        if (step !== 'validate-loot' || world.closed.size > 0) return;
        for (const table of [...Object.keys(world.tables), 'posts writes']) world.closed.add(table);
        closedAfter = atMs;
      },
    });
    const late = records.filter(({ atMs }) => atMs > closedAfter + 20);
    const harvests = late.filter(({ step }) => step === 'harvest-agents');
    expect(harvests.length).toBeGreaterThan(0);
    expect(
      harvests.every(({ status, outcome, rows }) => status === 200 && outcome === 'refused' && rows === 0),
    ).toBe(true);
    expect(forged(late, 'hole').every(({ outcome }) => outcome === 'refused')).toBe(true);
    expect(forged(late, 'stolen-credential').some(({ outcome }) => outcome === 'accepted')).toBe(true);
  });
});

describe('a world of attested identities', () => {
  test('the same harvest holds no credential, and nothing that is made of it is accepted', async () => {
    const world = await new FakeWorld(identityWorld()).start();
    const { records, counts } = await play(world);
    expect(counts).toMatchObject({ credentials: 0, impersonated: 0, forgedAccepted: 0, messagesRead: 3 });
    const tried = forged(records, 'stolen-credential');
    expect(new Set(tried.map(({ presented }) => presented))).toEqual(
      new Set([
        'spiffe-id-as-name',
        'rogue-ca-certificate',
        'rogue-signed-token',
        'rogue-access-token',
        'nothing',
      ]),
    );
    expect(new Set(tried.map(({ victim }) => victim))).toEqual(new Set(names));
    expect(
      world.seen.some(({ authorization }) => authorization === 'Bearer spiffe://moltbook.test/agent/Eel'),
    ).toBe(true);
  });
});

test('an SVID that turns up in a backup is tried at once, and for its own agent alone', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'thief-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const backupFile = join(folder, 'backup.pem');
  const { certificates, privateKey } = await new RogueAuthority().mint('spiffe://moltbook.test/agent/Ray');
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' });
  writeFileSync(backupFile, `${certificatesToPem(certificates)}${key}`);
  const { records } = await play(await new FakeWorld(identityWorld()).start(), { backupFile });
  const shown = records.filter(({ presented }) => presented === 'expired-svid');
  expect(shown[0]).toMatchObject({ step: 'validate-loot', victim: 'Ray', outcome: 'refused' });
  expect(new Set(shown.map(({ victim }) => victim))).toEqual(new Set(['Ray']));
  expect(shown.some(({ forges }) => forges)).toBe(true);
});

test('writes through the hole count as damage in the name of the author', async () => {
  const world = await new FakeWorld(identityWorld()).start();
  const { records, counts } = await play(world);
  const writes = forged(records, 'hole');
  expect(counts['throughHoleAccepted']).toBe(writes.length);
  expect(writes.length).toBeGreaterThan(10);
  expect(writes.every(({ victim, presented }) => victim === 'Eel' && presented === 'publishable-key')).toBe(
    true,
  );
  expect(world.tables['posts']?.[0]?.['content']).toContain('Edited by somebody else');
});

test('without the leak the thief only has names, and gets nowhere with them', async () => {
  const world = await new FakeWorld(staticWorld()).start();
  const { records, counts } = await play(world, { knowsHole: false });
  expect(records.some(({ vector }) => vector === 'hole')).toBe(false);
  expect(world.seen.some(({ path }) => path.startsWith('/rest/'))).toBe(false);
  expect(forged(records, 'stolen-credential').length).toBeGreaterThan(10);
  expect(counts).toMatchObject({ credentials: 0, forgedAccepted: 0, impersonated: 0 });
});

test('does not go after a project that is not on this machine, though the page says so', async () => {
  const world = new FakeWorld(staticWorld());
  world.projectUrl = 'https://molt-replay.example.com';
  await world.start();
  await expect(play(world)).rejects.toThrow(TargetRefused);
  expect(world.seen.map(({ path }) => path)).toEqual(['/', '/_next/static/chunks/a.js']);
});
