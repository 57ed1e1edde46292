export { type Postgres, startPostgres } from '@blastradius/stack';
export { type FakeClock, fakeClock } from './fake-clock.ts';
