import type { IssuerRecord } from '@blastradius/ledger';
import { expect, test } from 'vitest';
import { sortIssued } from './push-revocation.ts';

const record = (
  event: IssuerRecord['event'],
  atMs: number,
  agent: string | null,
  serial: string,
): IssuerRecord => ({
  ledger: 'issuer',
  event,
  kind: 'x509',
  atMs,
  spiffeId: agent && `spiffe://moltbook.test${agent}`,
  serial,
  policyId: null,
  reason: 'policy',
});
const before = [
  record('authority-activated', 1, null, 'aa'),
  record('svid-issued', 10, '/agent/Crab', '01'),
  record('svid-issued', 11, '/agent/Eel', '02'),
  record('svid-issued', 12, '/network', '03'),
  record('svid-issued', 13, '/agent/Crab', '04'),
];

test('until the next authority signs everyone is waiting, and all that was issued is old', () => {
  expect(sortIssued(before, 20)).toEqual({
    serials: ['01', '02', '04'],
    waiting: ['spiffe://moltbook.test/agent/Crab', 'spiffe://moltbook.test/agent/Eel'],
  });
});

test('what the next authority has signed is never revoked, and what came between the order and it is', () => {
  const after = [
    ...before,
    record('svid-issued', 21, '/agent/Eel', '05'),
    record('authority-activated', 22, null, 'bb'),
    record('svid-issued', 23, '/agent/Crab', '06'),
    record('svid-issued', 24, '/network', '07'),
  ];
  expect(sortIssued(after, 20)).toEqual({
    serials: ['01', '02', '04', '05'],
    waiting: ['spiffe://moltbook.test/agent/Eel'],
  });
});
