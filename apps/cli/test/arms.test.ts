import type { LedgerRecord } from '@blastradius/ledger';
import { beforeAll, describe, expect, test } from 'vitest';
import { armOf, type Played, play } from './run-world.ts';

describe('the same leak, against the other credential models', () => {
  let played: Played;
  beforeAll(async () => {
    played = await play({ arms: ['hashed-key', 'jwt-svid', 'wit-svid'], timeScale: 400 });
  }, 240_000);

  test('hashed keys: the table gives away no key, and what it gives away opens no door', () => {
    const arm = armOf(played.report, 'hashed-key');
    expect(arm.credentialsLeaked).toBe(0);
    expect(usesOf(played.ledgers('hashed-key'), 'key-hash').length).toBeGreaterThan(10);
    expect(arm.forgedRequests.withStolenCredential.accepted).toBe(0);
  });

  test('hashed keys: a reset strands agents all the same, and their owners get keys that work', () => {
    const { agents, agentsStranded } = armOf(played.report, 'hashed-key');
    expect(agentsStranded.agentMinutes).toBeGreaterThan(0);
    expect(agentsStranded.atEnd).toBeLessThan(agents);
  });

  test('proof of possession: a token from a backup of hours ago is refused though its key came with it', () => {
    const uses = usesOf(played.ledgers('wit-svid'), 'wit-svid-from-backup');
    expect(uses.length).toBeGreaterThan(0);
    expect(uses.filter(({ outcome }) => outcome === 'accepted')).toEqual([]);
    expect(armOf(played.report, 'wit-svid').forgedRequests.withStolenCredential.accepted).toBe(0);
  });

  test('bearer identities: a token of the thief’s own key is refused, and so is one from a backup of hours ago', () => {
    const ledgers = played.ledgers('jwt-svid');
    for (const presented of ['rogue-signed-token', 'jwt-svid-from-backup'] as const) {
      const uses = usesOf(ledgers, presented);
      expect(uses.length).toBeGreaterThan(0);
      expect(uses.filter(({ outcome }) => outcome === 'accepted')).toEqual([]);
    }
    const reasons = ledgers.flatMap((record) => (record.ledger === 'audit' ? [record.reason] : []));
    expect(reasons).toContain('admission.expired-token');
    expect(reasons).toContain('admission.untrusted-token');
  });

  test.each(['jwt-svid', 'wit-svid'] as const)('%s: honest agents are let in, renewal included', (arm) => {
    const { honestRequests, agentsStranded } = armOf(played.report, arm);
    expect(honestRequests.acceptedShare).toBeGreaterThanOrEqual(0.999);
    expect(agentsStranded.atEnd).toBe(0);
  });
});

function usesOf(ledgers: readonly LedgerRecord[], presented: string) {
  return ledgers.flatMap((record) =>
    record.ledger === 'attacker' && record.presented === presented ? [record] : [],
  );
}
