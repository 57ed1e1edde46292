import { PassThrough, Readable } from 'node:stream';
import { type AgentRecord, ledgerRecord } from '@blastradius/ledger';
import { expect, test } from 'vitest';
import { followK6Output } from './load-ledger.ts';

interface FakePoint {
  readonly metric?: string;
  readonly value?: number;
  readonly tags?: Record<string, string>;
  readonly metadata?: Record<string, string> | null;
}

const AT = '2026-11-24T05:21:34.500123456Z';

/** One line as k6 2.2.0 writes it. */
function point({
  metric = 'http_req_duration',
  value = 2.5,
  tags = {},
  metadata = {},
}: FakePoint = {}): string {
  const data = {
    time: AT,
    value,
    tags: { method: 'POST', name: 'post', scenario: 'measured', status: '201', ...tags },
    ...(metadata
      ? { metadata: { action: 'post', agent: 'load_1', request_id: 'load-measured-1', ...metadata } }
      : {}),
  };
  return JSON.stringify({ metric, type: 'Point', data });
}

async function follow(...lines: string[]) {
  const records: AgentRecord[] = [];
  const { count, ended } = followK6Output(Readable.from([lines.join('\n')]), (record) =>
    records.push(record),
  );
  await ended;
  return { records, count };
}

test('a request becomes a record of the agents ledger, dated from its beginning', async () => {
  const { records } = await follow(point());
  expect(records).toEqual([
    {
      ledger: 'agents',
      atMs: Date.parse(AT) - 2.5,
      requestId: 'load-measured-1',
      agent: 'load_1',
      hosting: 'load',
      action: 'post',
      outcome: 'accepted',
      status: 201,
      latencyMs: 2.5,
    },
  ]);
  expect(ledgerRecord.parse(records[0])).toEqual(records[0]);
});

test('an answer is judged as an agent judges it; no answer has failed, and says why', async () => {
  const { records } = await follow(
    point({ tags: { status: '429' } }),
    point({ tags: { status: '503' } }),
    point({ tags: { status: '0', error_code: '1212', error: 'dial: connection refused' } }),
  );
  expect(records.map(({ outcome, status }) => [outcome, status])).toEqual([
    ['refused', 429],
    ['failed', 503],
    ['failed', null],
  ]);
  expect(records[2]?.error).toBe('k6-1212: dial: connection refused');
});

test('the warm-up is in the ledger and not in what is measured', async () => {
  const { records, count } = await follow(
    point({ tags: { scenario: 'warm_up' } }),
    point(),
    point({ metric: 'dropped_iterations', value: 3, metadata: null, tags: { scenario: 'warm_up' } }),
    point({ metric: 'dropped_iterations', value: 2, metadata: null }),
  );
  expect(records).toHaveLength(2);
  expect(count.measured).toEqual({ completed: 1, dropped: 2, accepted: 1, refused: 0, failed: 0 });
  expect(count.all).toMatchObject({ sent: 2, dropped: 5 });
});

test('other metrics, the preparation and a torn last line count for nothing', async () => {
  const { tags: _, ...rest } = JSON.parse(point()).data;
  const preparation = JSON.stringify({
    metric: 'http_req_duration',
    type: 'Point',
    data: { ...rest, tags: {} },
  });
  const { records, count } = await follow(
    '{"type":"Metric","data":{"name":"http_req_duration"},"metric":"http_req_duration"}',
    point({ metric: 'http_req_waiting' }),
    preparation,
    'Init [  0% ] not JSON at all',
    point().slice(0, 120),
  );
  expect(records).toEqual([]);
  expect(count.all.sent).toBe(0);
});

test('keeps no request in memory: a long output is followed in little of it', async () => {
  const output = new PassThrough();
  const { count, ended } = followK6Output(output, () => {});
  const chunk = `${Array.from({ length: 1000 }, () => point()).join('\n')}\n`;
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < 100; i++) {
    if (!output.write(chunk)) await new Promise((resolve) => output.once('drain', resolve));
  }
  output.end();
  await ended;
  expect(count.measured.completed).toBe(100_000);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(100 * 1024 * 1024);
});
