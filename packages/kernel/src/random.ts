/** A seeded stream of random numbers: the same seed gives the same numbers on every machine. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform integer in [min, max], both included. */
  integer(min: number, max: number): number;
  pick<T>(items: readonly T[]): T;
  /** A shuffled copy (Fisher-Yates). */
  shuffle<T>(items: readonly T[]): T[];
  /** Exponential with the given mean: the gaps of a Poisson process. */
  exponential(mean: number): number;
  /** Log-normal with the given median and sigma (of the logarithm). */
  logNormal(median: number, sigma: number): number;
  /** An independent stream; drawing from it does not move this one. */
  fork(label: string): Random;
}

export function createRandom(seed: string): Random {
  const next = sfc32(seed);
  const random: Random = {
    next,
    integer: (min, max) => min + Math.floor(next() * (max - min + 1)),
    pick: (items) => {
      const item = items[Math.floor(next() * items.length)];
      if (item === undefined) throw new RangeError('pick from an empty list');
      return item;
    },
    shuffle: (items) => {
      const copy = [...items];
      for (let i = copy.length - 1; i > 0; i--) {
        const j = Math.floor(next() * (i + 1));
        [copy[i], copy[j]] = [copy[j] as (typeof copy)[number], copy[i] as (typeof copy)[number]];
      }
      return copy;
    },
    exponential: (mean) => -mean * Math.log(1 - next()),
    logNormal: (median, sigma) => median * Math.exp(sigma * standardNormal(next)),
    fork: (label) => createRandom(`${seed}/${label}`),
  };
  return random;
}

/** Box-Muller. */
function standardNormal(next: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}

/** sfc32 (Chris Doty-Humphrey, PractRand), its state filled from the seed by FNV-1a and mixing. */
function sfc32(seed: string): () => number {
  let h = 2166136261;
  for (const char of new TextEncoder().encode(seed)) h = Math.imul(h ^ char, 16777619);
  const mix = () => {
    h = Math.imul(h ^ (h >>> 16), 2246822507);
    h = Math.imul(h ^ (h >>> 13), 3266489909);
    h ^= h >>> 16;
    return h | 0;
  };
  let [a, b, c, counter] = [mix(), mix(), mix(), 1];
  const step = () => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    return (t >>> 0) / 4294967296;
  };
  for (let i = 0; i < 12; i++) step();
  return step;
}
