import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { buildReport, reportSchema } from './build-report.ts';
import { fakeBlock, fakeLoadManifest, fakeRequests } from './load/fake-load.ts';
import { fakeAttempt, fakeAudit, fakeHonest, fakeIssued, fakeRun, fakeWorld } from './run/fake-ledgers.ts';
import { type RunManifest, runManifest } from './run/run-manifest.ts';

const manifest: RunManifest = runManifest.parse({
  schemaVersion: 1,
  scenario: { name: 'moltbook-key-leak', title: 'The leak' },
  seed: 'seed',
  timeScale: 480,
  startedAt: '2026-11-24T00:00:00.000Z',
  host: { cpus: 2, memoryBytes: 4e9, node: 'v24.21.0', platform: 'linux' },
  arms: { 'static-key': fakeRun, 'x509-svid': { ...fakeRun, resetMinute: null } },
  hypotheses: [
    {
      id: 'nothing-accepted',
      statement: 'Nothing stolen is accepted.',
      metric: 'forgedRequests.withStolenCredential.accepted',
      expect: [{ arm: 'x509-svid', comparison: '==', value: 0 }],
    },
  ],
  timeline: [{ minute: 0, event: 'report', title: 'The report' }],
});

function ledgers() {
  const honest = fakeHonest({ minute: -50, requestId: 'honest' });
  const forged = fakeAttempt({ minute: 10, requestId: 'forged' });
  const refused = fakeAttempt({ minute: 11, requestId: 'refused', outcome: 'refused', status: 401 });
  return {
    'static-key': [honest, fakeAudit(honest), forged, fakeAudit(forged), fakeWorld({ minute: 300 })],
    'x509-svid': [
      honest,
      fakeAudit(honest),
      refused,
      fakeAudit(refused),
      fakeIssued({ minute: -59 }),
      // Minted from the same identity, and not another certificate.
      fakeIssued({ minute: -58, kind: 'jwt' }),
    ],
  };
}

describe('the report', () => {
  it('is valid by its own schema and has each arm under its name', () => {
    const report = reportSchema.parse(buildReport(manifest, ledgers()));
    expect(report.arms['static-key']).toMatchObject({ agents: 3, agentsImpersonated: 1, svidsIssued: 0 });
    expect(report.arms['x509-svid']).toMatchObject({ agentsImpersonated: 0, svidsIssued: 1 });
    expect(report.hypotheses[0]?.verdict).toBe('held');
  });

  it('is the same text from the same ledgers, in whatever order the files were read', () => {
    const again = Object.fromEntries(
      Object.entries(ledgers()).map(([arm, records]) => [arm, records.toReversed()]),
    );
    expect(JSON.stringify(buildReport(manifest, again))).toBe(
      JSON.stringify(buildReport(manifest, ledgers())),
    );
  });

  it('counts load agents among the agents of the network, and says how many they are', () => {
    const loaded = ledgers()['static-key'].concat(
      ['Load 1', 'Load 2', 'Load 1'].map((agent) => fakeHonest({ minute: 1, agent, hosting: 'load' })),
    );
    const { arms } = buildReport(manifest, { 'static-key': loaded });
    expect(arms['static-key']).toMatchObject({
      agents: 5,
      hosting: { process: 1, multiplexed: 2, load: 2 },
    });
  });

  it('has zeros, not gaps, for an arm whose ledgers are empty', () => {
    const report = buildReport(manifest, {});
    expect(report.arms['static-key']).toMatchObject({ credentialsLeaked: 0, exposureWindow: null });
  });

  it('of a load run has its numbers, and hypotheses may name them', () => {
    const blocks = [fakeBlock('static-key', 1), fakeBlock('x509-svid', 2)];
    const claim = {
      id: 'rotation-fails-nothing',
      statement: 'A forced rotation fails no honest request.',
      metric: 'load.during.failed',
      expect: [{ arm: 'x509-svid', comparison: '==' as const, value: 0 }],
    };
    const claiming = { ...manifest, hypotheses: [claim] };
    const report = (outcome: 'accepted' | 'failed') => {
      const requests = fakeRequests(() => ({ latencyMs: 1, outcome }));
      const requestsByFolder = Object.fromEntries(blocks.map(({ folder }) => [folder, requests]));
      return reportSchema.parse(
        buildReport(claiming, ledgers(), { manifest: fakeLoadManifest(blocks), requestsByFolder }),
      );
    };
    expect(report('accepted').hypotheses[0]?.verdict).toBe('held');
    expect(report('failed').hypotheses[0]?.verdict).toBe('refuted');
    expect(buildReport(claiming, ledgers()).hypotheses[0]?.verdict).toBe('not-tested');
  });

  it('has the JSON Schema that is committed beside it', () => {
    const committed = JSON.parse(readFileSync(new URL('../report.schema.json', import.meta.url), 'utf8'));
    expect(committed).toEqual(JSON.parse(JSON.stringify(z.toJSONSchema(reportSchema))));
  });
});
