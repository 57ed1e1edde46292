import type { IssuerRecord } from '@blastradius/ledger';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { IssuerLedger } from '../audit/issuer-ledger.ts';
import type { Registrations } from '../registration/registrations.ts';
import { JudgedIssuance } from './judged-issuance.ts';

beforeEach(() => vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => vi.useRealTimers());

const spiffeId = 'spiffe://moltbook.test/agent/a';
const granted = new Map([[spiffeId, { spiffeId, hint: 'a', policyId: 'p', dnsNames: [] }]]);

/** How many of a batch of 100 are issued where each takes so long, and the policy goes once it has been judged by. */
async function issuedOf100(eachMs: number): Promise<number> {
  const judgements = [granted, new Map()];
  const registrations = { entitlementsOf: async () => judgements.shift() ?? new Map() };
  const written: IssuerRecord[] = [];
  const ledger = new IssuerLedger(
    { appendAll: (records) => void written.push(...records) } as ConstructorParameters<
      typeof IssuerLedger
    >[0],
    { now: () => new Date() },
  );
  const issuance = new JudgedIssuance(registrations as unknown as Registrations, ledger);
  await issuance.issue({
    kind: 'jwt',
    workload: { node: 'n', selectors: [] },
    requests: Array.from({ length: 100 }, () => ({ spiffeId })),
    mint: () => {
      vi.advanceTimersByTime(eachMs);
      return { document: 'token', serial: 's' };
    },
  });
  return written.filter(({ event }) => event === 'svid-issued').length;
}

it('judges a batch anew that takes longer than a second: its end is not by the policies of its beginning', async () => {
  expect(await issuedOf100(100)).toBeLessThanOrEqual(11);
});

it('judges a batch once that takes less (control)', async () => {
  expect(await issuedOf100(1)).toBe(100);
});
