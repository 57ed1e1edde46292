import type { IssuerRecord } from '@blastradius/ledger';
import { expect, test } from 'vitest';
import { countReplaced, publishSecondsFor } from './forced-rotation.ts';

test('the new authority is published for two to five seconds', () => {
  expect([5, 10, 30, 600].map(publishSecondsFor)).toEqual([2, 2, 5, 5]);
});

const record = (atMs: number, event: IssuerRecord['event'], name: string | null = null): IssuerRecord => ({
  ledger: 'issuer',
  kind: 'x509',
  atMs,
  event,
  spiffeId: name === null ? null : `spiffe://moltbook.test/agent/${name}`,
  serial: null,
  policyId: null,
  reason: 'ok',
});

const before = [record(10, 'svid-issued', 'Ada'), record(11, 'svid-issued', 'Bob')];

test('an SVID is replaced when its holder has another one of the new authority', () => {
  const after = [
    record(100, 'authority-prepared'),
    // Still of the old authority: renewed while the new one was only published.
    record(101, 'svid-issued', 'Ada'),
    record(102, 'authority-activated'),
    record(103, 'svid-issued', 'Ada'),
    record(104, 'svid-issued', 'Cy'),
    record(150, 'svid-issued', 'Bob'),
    record(160, 'svid-issued', 'Ada'),
  ];
  expect(countReplaced([...before, ...after], 100)).toEqual({
    startedMs: 100,
    finishedMs: 150,
    svidsReplaced: 2,
    svidsTotal: 2,
  });
});

test('without a new authority nothing has been replaced, however much is issued', () => {
  expect(countReplaced([...before, record(120, 'svid-issued', 'Ada')], 100)).toEqual({
    startedMs: 100,
    finishedMs: 100,
    svidsReplaced: 0,
    svidsTotal: 2,
  });
});
