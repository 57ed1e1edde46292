import type { World } from '@blastradius/stack';
import { expect, test } from 'vitest';
import { armOf, livingProcesses, play } from './run-world.ts';

const KILLS = [
  { minute: 60, part: 'issuer' },
  { minute: 150, part: 'sidecar' },
  { minute: 240, part: 'network' },
] as const;

test('issuer, sidecar and network are each killed in the middle: agents go on, nothing accepted is lost, no process is left', async () => {
  let pids: readonly number[] = [];
  let posts: readonly { id: string }[] = [];
  const played = await play({
    arms: ['x509-svid'],
    agents: 24,
    timeScale: 400,
    test: {
      disturb: (world: World) => [
        ...KILLS.map(({ minute, part }) => ({
          minute,
          what: `killing the ${part}`,
          run: async () => world.kill(part, 'SIGKILL'),
        })),
        {
          minute: 470,
          what: 'counting what the network holds',
          run: async () => {
            posts = await world.inspect<{ id: string }>('select id from posts');
          },
        },
      ],
      onWorld: (world: World) => {
        pids = world.agents.pids;
      },
    },
  });
  const arm = armOf(played.report, 'x509-svid');
  for (const { part } of KILLS) {
    expect(arm.incidents.some((entry) => JSON.stringify(entry).includes(part))).toBe(true);
  }

  const refusedOrFailed = played
    .ledgers('x509-svid')
    .flatMap((record) => (record.ledger === 'agents' && record.outcome !== 'accepted' ? [record] : []));
  // Only the network's own absence may cost an honest request; without issuer or sidecar agents go on.
  const world = played.ledgers('x509-svid').flatMap((record) => (record.ledger === 'world' ? [record] : []));
  const gone = world.find((r) => r.event === 'process-exited' && r.subject === 'network')?.atMs ?? 0;
  const back =
    world.find((r) => r.event === 'process-restarted' && r.subject === 'network')?.atMs ?? Infinity;
  expect(refusedOrFailed.filter((r) => r.atMs < gone - 5000 || r.atMs > back + 2000)).toEqual([]);

  const accepted = played
    .ledgers('x509-svid')
    .filter(
      (r) => r.ledger === 'agents' && r.action === 'post' && r.outcome === 'accepted' && r.atMs < back + 5000,
    );
  expect(posts.length).toBeGreaterThanOrEqual(accepted.length);
  expect(arm.ledgersAgree.disagreements).toBe(0);
  expect(arm.forgedRequests.withStolenCredential.accepted).toBe(0);
  expect(livingProcesses(pids)).toEqual([]);
}, 300_000);
