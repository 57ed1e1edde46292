import type { Clock } from '@blastradius/kernel';
import type { Logger } from '@blastradius/nest-kit';
import { countJob } from '@blastradius/runtime';
import type { KeyVault } from '../agents/key-vault.ts';
import type { NetworkConfig } from '../config.ts';
import type { Database } from '../database/database.ts';
import { openKeyResetQueue } from './key-reset.queue.ts';
import { startKeyResetWorker } from './key-reset.worker.ts';
import { KeyResetCampaigns } from './key-reset-campaigns.ts';
import { openKeyRotations } from './key-rotation.queue.ts';
import { ResetKeys } from './reset-keys.ts';
import { startOperatorApi } from './start-operator-api.ts';

export interface OperatorOptions {
  readonly config: NetworkConfig;
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly vault: KeyVault;
}

/** The operator's API and the campaign's background work; a campaign cut short goes on. */
export async function startOperator({ config, database, clock, logger, vault }: OperatorOptions) {
  const started = new AsyncDisposableStack();
  try {
    const jobs = { url: config.jobsDatabaseUrl, prefix: config.jobsPrefix, logger, onJobEnd: countJob };
    const queue = await openKeyResetQueue(jobs);
    started.defer(() => queue.close());
    const campaigns = new KeyResetCampaigns(database, queue, config.keyResetBatchSize);
    const resetKeys = new ResetKeys({ database, clock, arm: config.arm, vault });
    const worker = await startKeyResetWorker(jobs, resetKeys);
    started.defer(() => worker.onApplicationShutdown());
    await campaigns.resume();
    const rotations =
      config.arm === 'rotated-key' ? started.use(await openKeyRotations(jobs, campaigns)) : null;
    const parts = { arm: config.arm, database, clock, campaigns, rotations };
    const app = await startOperatorApi({ ...parts, socket: config.operatorSocket, logger });
    started.defer(() => app.close());
    return { stop: () => started.disposeAsync() };
  } catch (error) {
    await started.disposeAsync();
    throw error;
  }
}
