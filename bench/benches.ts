import type { Bench } from './harness/bench.ts';
import { issuance } from './issuance/issuance.ts';
import { price } from './price/price.ts';
import { rotation } from './rotation/rotation.ts';

/** All that `npm run bench` knows; docs/benchmarks.md says how to read what they print. */
export const benches: readonly Bench[] = [issuance, rotation, price];
