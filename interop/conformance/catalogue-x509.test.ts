import { afterAll, beforeAll, expect } from 'vitest';
import {
  type LeafShape,
  ShapedAuthority,
  type ShapedLeaf,
} from '../../packages/spiffe/test/shaped-authority.ts';
import { Bench, HOME, hex } from './bench/bench.ts';
import { type PeerCaseId, type Role, roles } from './catalogue/catalogue.ts';
import { type CaseRuns, runCases } from './catalogue/run-cases.ts';

/** Which certificates the client shows and which it believes, as a server and as a client. */
const HOUR_MS = 3_600_000;
const FEDERATED = 'fed.example.org';

let bench: Bench;
let other: ShapedAuthority;
let federated: ShapedAuthority;

beforeAll(async () => {
  bench = await Bench.start();
  other = await ShapedAuthority.create(HOME);
  federated = await ShapedAuthority.create(FEDERATED);
});
afterAll(() => bench[Symbol.asyncDispose]());

runCases('XS', {
  'XS-1': async () => {
    const svid = await bench.home.leaf('/xs-1');
    await bench.serve({ svids: [svid] });
    expect((await bench.probe()).leaf).toBe(hex(svid.chain[0]));
  },
  'XS-2': async () => {
    const intermediate = await bench.home.intermediate();
    const svid = await intermediate.leaf('/xs-2');
    await bench.serve({ svids: [svid] });
    expect(svid.chain).toHaveLength(2);
    expect((await bench.shown()).map(hex).slice(0, 2)).toEqual(svid.chain.map(hex));
  },
  'XS-3': async () => {
    for (const path of ['/xs-3-a', '/xs-3-b']) {
      const svid = await bench.home.leaf(path);
      await bench.serve({ svids: [svid] });
      expect((await bench.probe()).leaf).toBe(hex(svid.chain[0]));
    }
  },
  'XS-4': async () => {
    await bench.serve({ authorities: [bench.home, other] });
    await bench.accepts('server', await bench.home.leaf('/xs-4-1'));
    await bench.accepts('server', await other.leaf('/xs-4-2'));
  },
  'XS-5': async () => {
    const peer = await other.leaf('/xs-5');
    await bench.serve({ authorities: [bench.home, other] });
    await bench.accepts('server', peer);
    await bench.serve({ authorities: [bench.home] });
    await bench.refuses('server', peer);
  },
});

const shaped = (shape: LeafShape) => () => bench.home.leaf('/peer', shape);
const ago = (ms: number) => new Date(Date.now() - ms);

const good: Partial<Record<PeerCaseId, () => Promise<ShapedLeaf>>> = {
  'XV-1': shaped({}),
  'XV-2': async () => (await bench.home.intermediate()).leaf('/peer'),
  'XV-3': shaped({ dnsNames: ['peer.example.org', 'peer.internal'] }),
  'XV-4': shaped({ subject: '' }),
};

const bad: Partial<Record<PeerCaseId, () => Promise<ShapedLeaf>>> = {
  'XV-5': () => other.leaf('/peer'),
  'XV-6': shaped({ notBefore: ago(2 * HOUR_MS), notAfter: ago(HOUR_MS) }),
  'XV-7': shaped({ notBefore: ago(-HOUR_MS), notAfter: ago(-2 * HOUR_MS) }),
  'XV-8': shaped({ isCa: true }),
  'XV-9': shaped({ mayAlso: 'keyCertSign' }),
  'XV-10': shaped({ mayAlso: 'cRLSign' }),
  'XV-11': shaped({ uris: [`spiffe://${HOME}/peer`, `spiffe://${HOME}/second`] }),
  'XV-12': shaped({ uris: [], dnsNames: ['peer.example.org'] }),
  'XV-13': shaped({ uris: [`https://${HOME}/peer`] }),
  'XV-14': shaped({ uris: [`spiffe://${HOME}`] }),
  'XV-15': shaped({ uris: ['spiffe://other.example.org/x'] }),
};

runCases('XV', inBothRoles({ ...judged(good, 'accepts'), ...judged(bad, 'refuses') }) as CaseRuns<'XV'>);

runCases(
  'XF',
  inBothRoles({
    'XF-1': async (role) => {
      await bench.serve({ federated: [federated] });
      await bench.accepts(role, await federated.leaf('/peer'));
    },
    'XF-2': async (role) => {
      await bench.serve({ federated: [federated] });
      await bench.accepts(role, await federated.leaf('/peer'));
      await bench.refuses(role, await bench.home.leaf('/x', { uris: [`spiffe://${FEDERATED}/peer`] }));
      await bench.refuses(role, await federated.leaf('/x', { uris: [`spiffe://${HOME}/peer`] }));
    },
    'XF-3': async (role) => {
      const peer = await federated.leaf('/peer');
      await bench.serve({ federated: [federated] });
      await bench.accepts(role, peer);
      await bench.serve();
      await bench.refuses(role, peer);
    },
  }) as CaseRuns<'XF'>,
);

type RoleRun = (role: Role) => Promise<void>;

function judged(peers: Partial<Record<string, () => Promise<ShapedLeaf>>>, verdict: 'accepts' | 'refuses') {
  const runs = Object.entries(peers).map(([id, peer]): [string, RoleRun] => [
    id,
    async (role) => {
      if (peer !== undefined) await bench[verdict](role, await peer());
    },
  ]);
  return Object.fromEntries(runs);
}

/** That none is missing is for `runCases` to say. */
function inBothRoles(runs: Readonly<Record<string, RoleRun>>): Readonly<Record<string, () => Promise<void>>> {
  const entries = Object.entries(runs).flatMap(([id, run]) =>
    roles.map((role): [string, () => Promise<void>] => [`${id}/${role}`, () => run(role)]),
  );
  return Object.fromEntries(entries);
}
