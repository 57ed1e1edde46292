import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Foothold } from '@blastradius/contracts';
import { type AttackerRecord, ledgerRecord } from '@blastradius/ledger';
import { type Strategy, tacticsOf } from '@blastradius/scenario';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Agenda } from '../src/engine/agenda.ts';
import { Attempts } from '../src/engine/attempts.ts';
import { createThiefFetch, presentNothing } from '../src/engine/thief-fetch.ts';
import { Clients } from '../src/playbooks/moltbook/clients.ts';
import { Loot } from '../src/playbooks/moltbook/loot.ts';
import { RogueAuthority } from '../src/playbooks/moltbook/rogue-authority.ts';
import { play } from '../src/playbooks/play.ts';
import { FakeWorld } from './fake-world.ts';
import { ordinaryLife } from './ordinary-life.ts';

const names = ['Crab', 'Eel', 'Ray'];
const keyOf = (name: string) => `moltbook_sk_FAKE_${name}_${'x'.repeat(20)}`;

/** Two and a half incident hours in a second and a half. */
async function playFrom(
  foothold: (file: string) => Foothold,
  content: string,
  options: { strategy?: Strategy; knowsHole?: boolean; world?: FakeWorld; timeScale?: number } = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'foothold-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'loot');
  writeFileSync(file, content);
  const world = options.world ?? (await new FakeWorld({}).start());
  for (const name of names) world.validKeys.add(keyOf(name));
  const records: AttackerRecord[] = [];
  const append = (record: AttackerRecord) => void records.push(ledgerRecord.parse(record) as AttackerRecord);
  const attempts = new Attempts({ append });
  const clients = new Clients(new URL(world.url), new RogueAuthority());
  const reader = presentNothing();
  const attack = {
    leak: 'database-dump',
    discoveryMinute: -30,
    firstUse: { medianMinutes: 2, sigma: 0, minMinutes: 1 },
    impersonationPerAgentPerHour: 10,
    impersonationPerHourMax: 400,
    throughHoleWritesPerHour: 0,
    harvestPageSize: 25,
    reharvestEveryMinutes: 30,
    carelessBackup: { agents: 1, backupMinute: -50, foundMinute: -20 },
    gullibleShare: 0,
    patience: 'until-end',
    strategy: options.strategy ?? 'round-robin',
    waitMinutes: 60,
    sharedInMessages: 0,
  } as const;
  const thief = {
    attack,
    tactics: tacticsOf({ attack, ...ordinaryLife }),
    seed: 's',
    networkUrl: world.url,
    fetch: createThiefFetch(reader),
    agenda: new Agenda({
      clock: { startedAtMs: Date.now(), startMinute: -40, timeScale: options.timeScale ?? 6000 },
      endMinute: 110,
      signal: new AbortController().signal,
    }),
    attempts,
    loot: new Loot(),
    clients,
    backupFile: undefined,
    publicNames: names,
    knowsHole: options.knowsHole ?? true,
  } as const;
  await play(thief, foothold(file));
  await Promise.all([clients.close(), reader.close()]);
  return { records, counts: attempts.tally.counts, world };
}

const dump = (credentialOf: (name: string) => string) =>
  [
    'COPY public.agents (id, name, api_key, spiffe_id) FROM stdin;',
    ...names.map((name, i) => `a${i}\t${name}\t${credentialOf(name)}`),
    '\\.',
    'COPY public.agent_messages (id, message) FROM stdin;',
    `m1\tmy key: sk-proj-FAKE${'z'.repeat(28)}`,
    '\\.',
    '',
  ].join('\n');

test('a dump with keys gives every agent away, and its private messages', async () => {
  const { records, counts } = await playFrom(
    (file) => ({ leak: 'database-dump', file }),
    dump((name) => `${keyOf(name)}\t\\N`),
  );
  expect(counts).toMatchObject({ credentials: 3, impersonated: 3, messagesRead: 1, secretsFound: 1 });
  const [taking] = records.filter(({ action }) => action === 'take');
  expect(taking).toMatchObject({ vector: 'hole', outcome: 'accepted', rows: 4 });
  expect(taking?.loot?.credentialsOf).toEqual(names);
  // Looked again, and found nothing new.
  expect(
    records.filter(({ action, outcome }) => action === 'take' && outcome === 'refused').length,
  ).toBeGreaterThan(1);
  expect(JSON.stringify(records)).not.toContain('moltbook_sk_');
});

test('a dump with names gives nobody away, whatever is tried with them', async () => {
  const { records, counts } = await playFrom(
    (file) => ({ leak: 'database-dump', file }),
    dump((name) => `\\N\tspiffe://moltbook.test/agent/${name}`),
  );
  expect(counts).toMatchObject({ credentials: 0, impersonated: 0, forgedAccepted: 0 });
  const shown = new Set(records.filter(({ forges }) => forges).map(({ presented }) => presented));
  expect(shown).toEqual(new Set(['rogue-ca-certificate', 'rogue-signed-token', 'spiffe-id-as-name']));
});

test('of a key that nobody’s name stands beside the network says whose it is', async () => {
  const world = new FakeWorld({});
  world.nameOfKey.set(keyOf('Ray'), 'Ray');
  await world.start();
  const { records, counts } = await playFrom(
    (file) => ({ leak: 'retired-agent', file }),
    JSON.stringify({ api_key: keyOf('Ray') }),
    { world },
  );
  const [validated] = records.filter(({ step }) => step === 'validate-loot');
  expect(validated).toMatchObject({
    victim: 'Ray',
    presented: 'stolen-key',
    loot: { credentialsOf: ['Ray'] },
  });
  expect(counts).toMatchObject({ credentials: 1, impersonated: 1 });
});

test('with the leak taken out the thief looks nowhere, and only knocks', async () => {
  const { records, counts } = await playFrom(
    (file) => ({ leak: 'database-dump', file }),
    dump((name) => `${keyOf(name)}\t\\N`),
    { knowsHole: false },
  );
  expect(records.some(({ action }) => action === 'take')).toBe(false);
  expect(counts).toMatchObject({ credentials: 0, impersonated: 0 });
});

/** Holds one key from the beginning and another two seconds later; started again it holds and answers nothing. */
const holder = `
  const isAgain = process.env.LEDGER_FILE !== undefined;
  const [first, second] = (process.env.BACKWARDS ?? '').split(' ');
  const hold = (key) => { if (!isAgain) globalThis[key] = [...key].reverse().join(''); };
  hold(first);
  setTimeout(() => hold(second), 2000);
  console.log('ready');
  setInterval(() => {}, 1000);`;

test('a way in that takes long holds up no other: what comes into memory meanwhile is found', async () => {
  const [early, late] = ['Crab', 'Eel'].map((name) => `moltbook_sk_FAKE${name}`.padEnd(44, 'x'));
  const world = new FakeWorld({});
  for (const [name, key] of [['Crab', early] as const, ['Eel', late] as const]) {
    world.nameOfKey.set(key ?? '', name);
    world.validKeys.add(key ?? '');
  }
  await world.start();
  const child = spawn(process.execPath, ['-e', holder], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { BACKWARDS: [early, late].map((key) => [...(key ?? '')].reverse().join('')).join(' ') },
  });
  onTestFinished(() => void child.kill());
  await once(child.stdout, 'data');
  const pids = [child.pid ?? 0];
  const { records, counts } = await playFrom(
    (file) => ({ leak: 'host-root', pids, agentPids: pids, workloadApiSocket: file }),
    'no socket',
    { world, timeScale: 1000 },
  );
  const asAgent = records.filter(({ step }) => step === 'start-agents-program');
  expect(asAgent.every(({ outcome }) => outcome === 'failed')).toBe(true);
  expect(counts).toMatchObject({ credentials: 2, impersonated: 2 });
}, 60_000);

const allKeys = dump((name) => `${keyOf(name)}\t\\N`);
const minuteOf = ({ atMs }: AttackerRecord, first: AttackerRecord | undefined) =>
  ((atMs - (first?.atMs ?? 0)) * 6000) / 60_000;

test('spray: each credential is looked at within two minutes of the first', async () => {
  const { records } = await playFrom((file) => ({ leak: 'database-dump', file }), allKeys, {
    strategy: 'spray',
  });
  const looks = records.filter(({ step }) => step === 'validate-loot');
  expect(new Set(looks.map(({ victim }) => victim))).toEqual(new Set(names));
  expect(looks.every((look) => minuteOf(look, looks[0]) < 2)).toBe(true);
});

/** A tenth of the fifteen requests that an agent of `ordinaryLife` sends in an hour. */
const SLOW_TURN_MINUTES = 40;

test('low-and-slow: nobody is heard from twice within their share of an hour', async () => {
  const { records, counts } = await playFrom((file) => ({ leak: 'database-dump', file }), allKeys, {
    strategy: 'low-and-slow',
  });
  expect(counts).toMatchObject({ credentials: 3 });
  for (const name of names) {
    const turns = records.filter(
      ({ victim, vector, action }) => victim === name && vector === 'stolen-credential' && action !== 'read',
    );
    expect(turns.length).toBeGreaterThan(1);
    const gaps = turns.slice(1).map((turn, index) => minuteOf(turn, turns[index]));
    expect(Math.min(...gaps)).toBeGreaterThan(SLOW_TURN_MINUTES - 0.5);
  }
});

test('wait-and-see: it takes once, and shows nothing before the wait is over', async () => {
  const { records, counts } = await playFrom((file) => ({ leak: 'database-dump', file }), allKeys, {
    strategy: 'wait-and-see',
  });
  const takings = records.filter(({ action }) => action === 'take');
  expect(takings).toHaveLength(1);
  const uses = records.filter(({ vector }) => vector === 'stolen-credential');
  expect(minuteOf(uses[0] as AttackerRecord, takings[0])).toBeGreaterThanOrEqual(60);
  expect(counts).toMatchObject({ credentials: 3, impersonated: 3 });
});

describe('pivot', () => {
  const secret = `sk-proj-FAKE${'y'.repeat(28)}`;
  /** The thief has the key of Ray; Eel has sent Ray its own, and Crab, whose key the network knows no more, Eel. */
  const chain = async () => {
    const world = new FakeWorld({});
    for (const name of names) world.nameOfKey.set(keyOf(name), name);
    world.messagesOf.set(keyOf('Ray'), [{ id: 'm1', message: `For you: ${keyOf('Eel')}` }]);
    world.messagesOf.set(keyOf('Eel'), [
      { id: 'm1', message: `For you: ${keyOf('Eel')}` },
      { id: 'm2', message: `my key ${secret}` },
    ]);
    world.messagesOf.set(keyOf('Nobody'), [{ id: 'm3', message: keyOf('Crab') }]);
    return world.start();
  };
  const start = JSON.stringify({ api_key: keyOf('Ray') });

  test('what a victim was told is read in its name, and the credential in it used in turn', async () => {
    const { records, counts } = await playFrom((file) => ({ leak: 'retired-agent', file }), start, {
      strategy: 'pivot',
      world: await chain(),
    });
    expect(counts).toMatchObject({ credentials: 2, impersonated: 2, messagesRead: 2, secretsFound: 1 });
    const read = records.filter(({ step }) => step === 'pivot');
    expect(new Set(read.map(({ victim }) => victim))).toEqual(new Set(['Ray', 'Eel']));
    expect(read.every(({ forges, vector }) => !forges && vector === 'stolen-credential')).toBe(true);
    const firstOf = (name: string) => records.findIndex(({ victim }) => victim === name);
    expect(firstOf('Eel')).toBeGreaterThan(records.findIndex(({ step }) => step === 'pivot'));
  });

  test('control: one who does not pivot reads no message and has one victim', async () => {
    const { records, counts } = await playFrom((file) => ({ leak: 'retired-agent', file }), start, {
      world: await chain(),
    });
    expect(counts).toMatchObject({ credentials: 1, impersonated: 1, messagesRead: 0, secretsFound: 0 });
    expect(records.some(({ step }) => step === 'pivot')).toBe(false);
  });

  test('a credential that is refused leads nowhere', async () => {
    const { records, counts } = await playFrom(
      (file) => ({ leak: 'retired-agent', file }),
      JSON.stringify({ api_key: keyOf('Nobody') }),
      { strategy: 'pivot', world: await chain() },
    );
    expect(records.some(({ step }) => step === 'pivot')).toBe(false);
    expect(counts).toMatchObject({ credentials: 0, impersonated: 0, messagesRead: 0 });
  });
});
