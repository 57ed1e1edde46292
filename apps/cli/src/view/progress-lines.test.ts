import { expect, test } from 'vitest';
import { type ArmView, incidentClock, progressLine, progressLines } from './progress-lines.ts';

const view: ArmView = {
  arm: 'static-key',
  phase: 'live',
  requestsPerSecond: 21.4,
  progress: {
    minute: 127,
    phase: 'messages closed',
    honest: { accepted: 1200, refused: 3, failed: 1 },
    thief: { credentials: 100, impersonated: 97, forgedAccepted: 412, forgedRefused: 9 },
  },
};

test('the clock counts from the report, both ways', () => {
  expect(incidentClock(127)).toBe('report +2 h 07');
  expect(incidentClock(-18)).toBe('report -0 h 18');
});

test('both worlds stand side by side with what the thief has got in each', () => {
  const text = progressLines([
    view,
    { ...view, arm: 'x509-svid', progress: null, phase: 'starting the world' },
  ]).join('\n');
  expect(text).toContain('412 forgeries accepted, 9 refused');
  expect(text).toContain('starting the world');
  expect(text).toMatch(/static-key +x509-svid/);
});

test('without a cursor the same stands in one line', () => {
  expect(progressLine(view)).toContain(
    '[static-key] report +2 h 07 21 req/s | thief: 100 credentials, 97 impersonated',
  );
});
