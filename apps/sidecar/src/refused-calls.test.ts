import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readLedgers } from '@blastradius/ledger';
import { afterAll, describe, expect, it } from 'vitest';
import { recordRefusals } from './refused-calls.ts';

const folder = mkdtempSync(join(tmpdir(), 'refused-calls-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const method = '/SpiffeWorkloadAPI/FetchX509SVID';

describe('the ledger of refused calls', () => {
  it('names who was refused and why, and neither those who were answered nor those who hung up', () => {
    const ends: unknown[] = [];
    const onCall = recordRefusals(join(folder, 'sidecar.jsonl'), () => ({ end: (why) => ends.push(why) }));
    onCall(method, { pid: 1 }).end();
    onCall(method, { pid: 2 }).end({ reason: 'caller.hung-up', status: 'CANCELLED' });
    onCall(method, { pid: 3 }).end({ reason: 'workload-api.no-identity', status: 'PERMISSION_DENIED' });
    expect(readLedgers(folder)).toMatchObject([
      { ledger: 'sidecar', method, reason: 'workload-api.no-identity', pid: 3 },
    ]);
    expect(ends).toHaveLength(3);
  });

  it('is not there where nobody asked for it', () => {
    const onCall = () => ({ end: () => {} });
    expect(recordRefusals(undefined, onCall)).toBe(onCall);
  });
});
