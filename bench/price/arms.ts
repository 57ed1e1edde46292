import { type Arm, arm } from '../../packages/contracts/src/index.ts';

/** What the load's agents of an arm show. */
type Showing = 'key' | 'keys-by-scope' | 'bearer-token' | 'bound-access-token' | 'wit-svid' | 'certificate';

/** An arm that is missing here does not compile: none is left out in silence. */
const showing: Readonly<Record<Arm, Showing>> = {
  'static-key': 'key',
  'hashed-key': 'key',
  'scoped-key': 'keys-by-scope',
  'vaulted-key': 'key',
  'rotated-key': 'key',
  'jwt-svid': 'bearer-token',
  'jwt-svid+dpop': 'bound-access-token',
  // The rows are guarded in the database; who calls the network is verified as without it.
  'jwt-svid+rls': 'bearer-token',
  'wit-svid': 'wit-svid',
  'x509-svid': 'certificate',
  'x509-svid+policy': 'certificate',
  'x509-svid+revocation-push': 'certificate',
};

/** One of those whose price is compared: an arm's network as it is built, or a yardstick beside it. */
export interface Priced {
  readonly name: string;
  readonly arm: Arm;
  readonly showing: Showing;
  /** Relative to the repository's root. */
  readonly entry: string;
}

const BUILT = 'apps/network/dist/main.js';
/** What all others are divided by, and the second yardstick, which looks no key up. */
export const BASELINE = 'static-key';
const CACHED = 'static-key (cached)';

/** The baseline first. */
export function pricedArms(): readonly Priced[] {
  const built = arm.options.map(
    (name): Priced => ({ name, arm: name, showing: showing[name], entry: BUILT }),
  );
  const cached: Priced = {
    name: CACHED,
    arm: 'static-key',
    showing: 'key',
    entry: 'bench/price/cached-network-process.ts',
  };
  const [baseline, others] = [
    built.filter(({ name }) => name === BASELINE),
    built.filter(({ name }) => name !== BASELINE),
  ];
  return [...baseline, cached, ...others];
}

export interface Demand {
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

/** Measured when they write, too: those of which something is demanded, and what they are compared with. */
export const measuredWriting: ReadonlySet<string> = new Set(demands.flatMap(({ name, to }) => [name, to]));

/** Those that verify a proof of possession for each request. */
export const provingEachRequest: ReadonlySet<string> = new Set(['wit-svid', 'jwt-svid+dpop']);
