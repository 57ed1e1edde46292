import { type RawBuilder, sql } from 'kysely';

/** How many incident seconds outweigh ten times the votes: Reddit's old ranking. */
const SECONDS_PER_TENFOLD = 45_000;

export interface Hotness {
  readonly timeScale: number;
}

/** The rank of a post with this score: votes count by their logarithm, newer posts start higher. */
export function hotness(
  { timeScale }: Hotness,
  score: RawBuilder<number>,
  createdAt: RawBuilder<Date>,
): RawBuilder<number> {
  return sql<number>`(sign(${score}) * log(greatest(abs(${score}), 1)::numeric)
    + extract(epoch from ${createdAt}) * ${timeScale / SECONDS_PER_TENFOLD}::numeric)::double precision`;
}
