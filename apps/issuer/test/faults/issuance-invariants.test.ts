import type { IssuerRecord } from '@blastradius/ledger';
import { describe, expect, it } from 'vitest';
import { type IssuanceHistory, issuanceViolations, type Receipt } from './issuance-invariants.ts';

const id = 'spiffe://moltbook.test/agent/a';
const receipt = { issuer: 'one', kind: 'x509', spiffeId: id, serial: '0a' } satisfies Receipt;
const record = (changes: Partial<IssuerRecord> = {}): IssuerRecord => ({
  ledger: 'issuer',
  atMs: 1500,
  event: 'svid-issued',
  kind: 'x509',
  spiffeId: id,
  serial: '0a',
  policyId: 'p',
  reason: 'policy',
  ...changes,
});
const sound: IssuanceHistory = {
  receipts: [receipt],
  audits: [
    { issuer: 'one', records: [record()] },
    { issuer: 'two', records: [record({ serial: '0b' })] },
  ],
  policies: [{ fromMs: 1000, untilMs: 2000, spiffeIds: new Set([id, `${id}2`]) }],
  staleMsMax: 500,
};

it('finds nothing in a sound history, one with an SVID that its client never got included', () => {
  expect(issuanceViolations(sound)).toEqual([]);
});

describe('finds', () => {
  const one = (records: IssuerRecord[]) => ({
    ...sound,
    audits: [{ issuer: 'one', records }],
  });
  const doctored: [string, IssuanceHistory, RegExp][] = [
    ['a receipt that no audit has', one([]), /not in the audit of one/],
    [
      'a receipt that only another issuer has written down',
      { ...sound, audits: [{ issuer: 'two', records: [record()] }] },
      /not in the audit of one/,
    ],
    ['a record of another kind', one([record({ kind: 'wit' })]), /not in the audit/],
    ['a record of another identity', one([record({ spiffeId: `${id}2` })]), /not in the audit/],
    ['a serial that was issued twice by one', one([record(), record()]), /issued 2 times/],
    [
      'a serial that two have issued',
      { ...sound, audits: [...sound.audits, { issuer: 'three', records: [record()] }] },
      /issued 2 times/,
    ],
    ['an SVID that was given twice', { ...sound, receipts: [receipt, receipt] }, /received 2 times/],
    ['what was issued before its policy', one([record({ atMs: 999 })]), /no policy granted/],
    ['what was issued after its policy and the bound', one([record({ atMs: 2501 })]), /no policy granted/],
    ['what no policy ever granted', one([record(), record({ serial: '0c', spiffeId: 'x' })]), /no policy/],
  ];

  it.each(doctored)('%s', (_what, history, words) => {
    expect(issuanceViolations(history)).toEqual([expect.stringMatching(words)]);
  });
});
