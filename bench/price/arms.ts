import { type Arm, arm } from '../../packages/contracts/src/index.ts';

/** What the load's agents of an arm show; null where the network of this build does not know the arm yet. */
type Showing = 'key' | 'bearer-token' | 'wit-svid' | 'certificate' | null;

const showing: Readonly<Record<Arm, Showing>> = {
  'static-key': 'key',
  'hashed-key': 'key',
  'scoped-key': null,
  'vaulted-key': null,
  'rotated-key': null,
  'jwt-svid': 'bearer-token',
  'jwt-svid+dpop': null,
  'jwt-svid+rls': null,
  'wit-svid': 'wit-svid',
  'x509-svid': 'certificate',
  'x509-svid+policy': null,
  'x509-svid+revocation-push': null,
};

/** One of those whose price is compared: an arm's network as it is built, or a yardstick beside it. */
export interface Priced {
  readonly name: string;
  readonly arm: Arm;
  readonly showing: Exclude<Showing, null>;
  /** Relative to the repository's root. */
  readonly entry: string;
}

const BUILT = 'apps/network/dist/main.js';
/** What all others are divided by, and the second yardstick, which looks no key up. */
export const BASELINE = 'static-key';
export const CACHED = 'static-key (cached)';

/** The baseline first; every arm is in one of the two lists. */
export function pricedArms(): { readonly priced: readonly Priced[]; readonly notYet: readonly Arm[] } {
  const priced = arm.options.flatMap((name): Priced[] => {
    const shown = showing[name];
    return shown === null ? [] : [{ name, arm: name, showing: shown, entry: BUILT }];
  });
  const cached: Priced = {
    name: CACHED,
    arm: 'static-key',
    showing: 'key',
    entry: 'bench/price/cached-network-process.ts',
  };
  const [baseline, ...others] = priced;
  return {
    priced: [...(baseline === undefined ? [] : [baseline]), cached, ...others],
    notYet: arm.options.filter((name) => showing[name] === null),
  };
}

interface Demand {
  readonly name: string;
  readonly to: string;
  readonly atLeast: number;
}

/** What we mean to reach, of the rate at saturation: a mutual TLS connection needs no look-up of a key, a proof is verified each time. */
export const demands: readonly Demand[] = [
  { name: 'x509-svid', to: BASELINE, atLeast: 1 },
  { name: 'x509-svid', to: CACHED, atLeast: 0.9 },
  { name: 'wit-svid', to: BASELINE, atLeast: 0.6 },
  { name: 'jwt-svid+dpop', to: BASELINE, atLeast: 0.6 },
];
