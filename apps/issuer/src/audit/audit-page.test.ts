import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sealLine } from '@blastradius/audit';
import { type IssuerRecord, issuerEventOf, issuerRecordOf } from '@blastradius/ledger';
import { describe, expect, test } from 'vitest';

const page = readFileSync(join(import.meta.dirname, '../../../../docs/audit.md'), 'utf8');
const [, example = ''] = /```json\n(.*)\n```/.exec(page) ?? [];
const [, command = ''] = /```sh\n(sed .*)\n```/.exec(page) ?? [];
const emptyHead = { sequence: 0, hash: '0'.repeat(64) };

describe('docs/audit.md', () => {
  test('shows a line as it is written', () => {
    const { id, source } = JSON.parse(example) as { id: string; source: string };
    const record: IssuerRecord = issuerRecordOf(JSON.parse(example));
    const json = JSON.stringify(issuerEventOf(record, { id, source }));
    expect(`${example}\n`).toBe(sealLine(json, emptyHead).line);
  });

  test('gives a command that finds the line’s own hash, and not after a change', () => {
    const hashOf = (line: string) =>
      spawnSync('sh', ['-c', command.replace('line.json', '-')], {
        input: line,
        encoding: 'utf8',
      }).stdout.slice(0, 64);
    const { hash } = JSON.parse(example) as { hash: string };
    expect(hashOf(example)).toBe(hash);
    expect(hashOf(example.replace('ada', 'eve'))).not.toBe(hash);
  });

  test('names the class and the activity of every act', () => {
    const rows = page.split('\n').filter((line) => /^\| `.*\| 300\d /.test(line));
    const acts = rows.flatMap((row) =>
      [...row.matchAll(/`([a-z-]+)`/g)].map(([, event]) => ({ row, event })),
    );
    expect(new Set(acts.map(({ event }) => event)).size).toBe(acts.length);
    for (const { row, event } of acts) {
      const record = { ...issuerRecordOf(JSON.parse(example)), event } as IssuerRecord;
      const { data } = issuerEventOf(record, { id: 'x', source: 'x' });
      const { class_uid, activity_id } = data as { class_uid: number; activity_id: number };
      expect(row).toMatch(new RegExp(`\\| ${class_uid} .*\\| ${activity_id} `));
    }
  });
});
