import { startPostgres, startRedis } from '@blastradius/testkit';
import { describe } from 'vitest';
import { describeJobs } from './jobs-conformance.ts';

const redis = await startRedis();

describe.skipIf(redis === null)('jobs on Redis', () => {
  describeJobs(async () => {
    if (redis === null) throw new TypeError('there is no Redis');
    return redis;
  });
});

describe('jobs on PostgreSQL', () => {
  describeJobs(async () => {
    const postgres = await startPostgres();
    return Object.assign(postgres, { url: await postgres.createDatabase('jobs') });
  });
});
