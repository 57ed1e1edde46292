import { afterAll, beforeAll } from 'vitest';
import { ShapedAuthority, type ShapedLeaf } from '../../packages/spiffe/test/shaped-authority.ts';
import { Bench, HOME } from './bench/bench.ts';
import { runCases } from './catalogue/run-cases.ts';

/** A Workload API is trusted; that a client does not show what no peer would accept is more than is asked. */
const HOUR_MS = 3_600_000;

let bench: Bench;

beforeAll(async () => {
  bench = await Bench.start();
});
afterAll(() => bench[Symbol.asyncDispose]());

const keeps = (spoil: () => Promise<ShapedLeaf>) => async () => {
  const [a, b] = [await bench.home.leaf('/a'), await bench.home.leaf('/b')];
  await bench.serve({ svids: [a] });
  bench.push({ svids: [await spoil()] });
  await bench.staysWith(a);
  await bench.serve({ svids: [b] });
};
const keepsFrom = (shape: Parameters<ShapedAuthority['leaf']>[1]) =>
  keeps(() => bench.home.leaf('/bad', shape));

runCases('HX', {
  'HX-1': keeps(async () => {
    const { chain, ...rest } = await bench.home.leaf('/bad');
    // A certificate ends within its signature.
    const bad = Buffer.from(chain[0] ?? []);
    bad.writeUInt8(bad.readUInt8(bad.length - 1) ^ 1, bad.length - 1);
    return { ...rest, chain: [bad] };
  }),
  'HX-2': keeps(async () => (await ShapedAuthority.create(HOME)).leaf('/bad')),
  'HX-3': keepsFrom({
    notBefore: new Date(Date.now() - 2 * HOUR_MS),
    notAfter: new Date(Date.now() - HOUR_MS),
  }),
  'HX-4': keepsFrom({ isCa: true }),
  'HX-5': keepsFrom({ mayAlso: 'keyCertSign' }),
  'HX-6': keepsFrom({ uris: [`spiffe://${HOME}/bad`, `spiffe://${HOME}/second`] }),
  'HX-7': keepsFrom({ uris: [`https://${HOME}/bad`] }),
  'HX-8': keeps(async () => {
    const { key } = await bench.home.leaf('/other');
    return { ...(await bench.home.leaf('/bad')), key };
  }),
  'HX-9': keeps(async () => ({
    ...(await bench.home.leaf('/bad')),
    spiffeId: `spiffe://${HOME}/claimed`,
  })),
});
