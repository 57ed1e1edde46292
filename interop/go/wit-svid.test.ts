import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runClient } from '../client-program.ts';
import { type RunningTrustDomain, startTrustDomain } from '../trust-domain.ts';
import { buildGoClient } from './build-go-client.ts';

const go = await buildGoClient();

describe.skipIf(go === undefined)("go-spiffe's experimental client of the WIT-SVID profile", () => {
  let domain: RunningTrustDomain;
  beforeAll(async () => {
    domain = await startTrustDomain();
    await domain.grant([
      { hint: 'internal', path: '/agent/first' },
      { hint: 'external', path: '/agent/second' },
    ]);
  });
  afterAll(() => domain?.stop());

  it('fetches WIT-SVIDs with the keys that they are bound to, and verifies them by the bundle', async () => {
    if (go === undefined) throw new Error('skipped');
    const { lines, complaint, exitCode } = await runClient(go, ['wit'], domain.endpoint);
    expect({ exitCode, complaint }).toEqual({ exitCode: 0, complaint: '' });
    const svid = (path: string, hint: string) => ({
      spiffeId: `spiffe://${domain.name}${path}`,
      hint,
      holdsKey: true,
      refusal: '',
      refusalByOtherBundle: expect.stringMatching(/./),
    });
    expect(lines).toEqual([svid('/agent/first', 'internal'), svid('/agent/second', 'external')]);
  });
});
