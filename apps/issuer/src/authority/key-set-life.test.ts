import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { authorityStates } from './authority-states.ts';
import { decide, type Happening, type KeySetAct, KeySetLife, keepChange } from './key-set-life.fixture.ts';

const happening: fc.Arbitrary<Happening> = fc.record({
  act: fc.constantFrom(
    'request',
    'prepare',
    'activate',
    'taint',
    'finish-forced',
    'revoke-tainted',
    'revoke-one',
    'revoke-by-force',
    'tick',
    'retire',
    'move-clock',
  ),
  pick: fc.nat(20),
  // Forward mostly, and back by hours now and then.
  moveSeconds: fc.oneof(fc.integer({ min: 0, max: 1200 }), fc.integer({ min: -7200, max: 7200 })),
});
const aLife = fc.array(happening, { minLength: 1, maxLength: 40 });

interface Broken {
  readonly keep?: ConstructorParameters<typeof KeySetLife>[0];
  readonly act?: KeySetAct;
}

/** What is wrong with this life, at its first wrong moment; undefined where nothing is. */
async function faultOf(
  happenings: readonly Happening[],
  { keep, act }: Broken = {},
): Promise<string | undefined> {
  const life = new KeySetLife(keep);
  for (const one of happenings) {
    const couldSign = authorityStates(life.authorities, life.now).current !== null;
    await life.take(one, act);
    const fault = faultNow(life, one, couldSign);
    if (fault !== undefined) return `after ${one.act}: ${fault}`;
  }
  return undefined;
}

function faultNow(life: KeySetLife, { act }: Happening, couldSign: boolean): string | undefined {
  const { authorities, now, barred, signedBy } = life;
  const alive = authorities.filter(({ notAfter }) => notAfter > now);
  const signers = alive.filter((one) => one.activatedAt !== null && one.taintedAt === null && one.hasKey);
  const { current } = authorityStates(authorities, now);
  const last = signedBy.at(-1);
  if (signers.length > 1) return 'two have begun to sign and could go on';
  if (current !== null && barred.has(current.id)) return 'one that was tainted or revoked signs';
  if (act === 'request' && last === undefined) return 'nobody signs';
  if (act === 'request' && (last?.wasBarred || !last?.wasPublished)) return 'it signs by what it must not';
  if (act !== 'move-clock' && couldSign && current === null) return 'nobody is left to sign';
  return undefined;
}

const noFaults = (broken?: Broken) =>
  fc.asyncProperty(aLife, async (happenings) => {
    const fault = await faultOf(happenings, broken);
    if (fault !== undefined) throw new Error(fault);
  });

describe('a key set, whatever is ordered in whatever order and however its clock is moved,', () => {
  it('has one that signs, in the bundle, never two, and never one that was tainted or revoked', async () => {
    await fc.assert(noFaults(), { numRuns: 1000 });
  });
});

describe('the check of that (control) finds', () => {
  const findings = async (broken: Broken) =>
    (await fc.check(noFaults(broken), { numRuns: 400 })).errorInstance;

  it('predecessors that keep their keys', async () => {
    const keep: Broken['keep'] = (authorities, change) =>
      keepChange(authorities, change).map((one) => ({ ...one, hasKey: true }));
    expect(await findings({ keep })).toMatchObject({ message: expect.stringContaining('two have begun') });
  });

  it('a key that is revoked without a successor', async () => {
    const act: KeySetAct = async (life, one) => {
      const change = await decide(life, one);
      return change?.revoke === undefined ? change : { revoke: change.revoke };
    };
    expect(await findings({ act })).toMatchObject({ message: expect.stringContaining('nobody is left') });
  });

  it('one that is tainted and goes on', async () => {
    const act: KeySetAct = async (life, one) => {
      const { current } = authorityStates(life.authorities, life.now);
      if (one.act !== 'taint' || current === null) return decide(life, one);
      return { taint: { ids: [current.id], at: life.now } };
    };
    const keep: Broken['keep'] = (authorities, { taint: _, ...change }) => keepChange(authorities, change);
    expect(await findings({ act, keep })).toMatchObject({
      message: expect.stringContaining('tainted or revoked'),
    });
  });
});
