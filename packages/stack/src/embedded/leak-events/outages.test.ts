import { findScenario, loadScenario } from '@blastradius/scenario';
import { expect, test } from 'vitest';
import { findRoot } from '../app-entries.ts';
import type { EmbeddedSetting } from '../embedded-setting.ts';
import type { IdentityPlane } from '../identity-plane.ts';
import { outages } from './outages.ts';

test.each(['issuer-outage', 'credential-matrix'])(
  'scenario %s says when the issuer is down: for longer than an SVID lives, and back before the end',
  async (name) => {
    const scenario = loadScenario(findScenario(name, findRoot()));
    const done: string[] = [];
    const issuerOutage = { begin: () => void done.push('down'), end: () => void done.push('back') };
    const setting = { scenario, arm: 'x509-svid' } as EmbeddedSetting;
    const events = outages({ setting, identity: { issuerOutage } as IdentityPlane });
    for (const { run } of events) await run();
    expect(done).toEqual(['down', 'back']);
    const [from = 0, to = 0] = events.map(({ minute }) => minute);
    expect(to - from).toBeGreaterThan(scenario.identity.svidTtlMinutes);
    expect(to).toBeLessThan(scenario.clock.endMinute);
  },
);
