import type { Clock } from '@blastradius/kernel';
import type { Logger } from '@blastradius/nest-kit';
import { countJob } from '@blastradius/runtime';
import { storedKeyOf } from '../agents/stored-key-of.ts';
import type { NetworkConfig } from '../config.ts';
import type { Database } from '../database/database.ts';
import type { RevokeSvids } from '../revocation/revoke-svids.ts';
import { openKeyResetQueue } from './key-reset.queue.ts';
import { startKeyResetWorker } from './key-reset.worker.ts';
import { KeyResetCampaigns } from './key-reset-campaigns.ts';
import { ResetKeys } from './reset-keys.ts';
import { startOperatorApi } from './start-operator-api.ts';

export interface OperatorOptions {
  readonly config: NetworkConfig;
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly revokeSvids: RevokeSvids | null;
}

/** The operator's API and the campaign's background work; a campaign cut short goes on. */
export async function startOperator({ config, database, clock, logger, revokeSvids }: OperatorOptions) {
  const started = new AsyncDisposableStack();
  try {
    const jobs = { url: config.jobsDatabaseUrl, prefix: config.jobsPrefix, logger, onJobEnd: countJob };
    const queue = await openKeyResetQueue(jobs);
    started.defer(() => queue.close());
    const campaigns = new KeyResetCampaigns(database, queue, config.keyResetBatchSize);
    const worker = await startKeyResetWorker(jobs, new ResetKeys(database, clock, storedKeyOf(config.arm)));
    started.defer(() => worker.onApplicationShutdown());
    await campaigns.resume();
    const parts = { arm: config.arm, database, clock, campaigns, revokeSvids };
    const app = await startOperatorApi({ ...parts, socket: config.operatorSocket, logger });
    started.defer(() => app.close());
    return { stop: () => started.disposeAsync() };
  } catch (error) {
    await started.disposeAsync();
    throw error;
  }
}
