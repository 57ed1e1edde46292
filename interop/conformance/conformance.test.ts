import { expect, test } from 'vitest';
import { findSuite, runSuite } from './suite.ts';

const suite = await findSuite();

test.skipIf(suite === undefined)(
  'our client passes each mandatory case of the SPIFFE Conformance Test Suite, validating tokens itself',
  async () => {
    if (suite === undefined) return;
    const results = await runSuite(suite);
    const others = results.filter(({ level, status }) => level !== 'MUST' && status !== 'PASS');
    for (const { name, level, status, message } of others) {
      process.stderr.write(`conformance: ${name} (${level}) ${status}: ${message ?? ''}\n`);
    }
    const mandatory = results.filter(({ level }) => level === 'MUST');
    expect(mandatory.length).toBeGreaterThan(50);
    expect(mandatory.filter(({ status }) => status !== 'PASS')).toEqual([]);
    expect(results.filter(({ delegated }) => delegated)).toEqual([]);
  },
  25 * 60_000,
);
