import { type Arm, holdsKeys } from '@blastradius/contracts';
import type { Clock } from '@blastradius/kernel';
import { provideValue } from '@blastradius/nest-kit';
import { type DynamicModule, Module } from '@nestjs/common';
import type { Database } from '../database/database.ts';
import { Owners } from '../owners/owners.ts';
import { RevokeSvids } from '../revocation/revoke-svids.ts';
import { AgentOwnersController } from './agent-owners.controller.ts';
import { HandOutKey } from './hand-out-key.ts';
import { KeyResetCampaigns } from './key-reset-campaigns.ts';
import { KeyResetsController } from './key-resets.controller.ts';
import { KeyRotationController } from './key-rotation.controller.ts';
import { KeyRotations } from './key-rotations.ts';
import { NoKeyResetsController } from './no-key-resets.controller.ts';
import { NoRevocationsController } from './no-revocations.controller.ts';
import { ReplacedKeys } from './replaced-keys.ts';
import { RevocationsController } from './revocations.controller.ts';

export interface OperatorParts {
  readonly arm: Arm;
  readonly database: Database;
  readonly clock: Clock;
  readonly campaigns: KeyResetCampaigns;
  /** In the arm in which keys are replaced on schedule. */
  readonly rotations: KeyRotations | null;
  /** Null where nothing is revoked before its end. */
  readonly revokeSvids: RevokeSvids | null;
}

/** The operator's API, in an application of its own: nothing of it hangs on the public one. */
export function operatorModule({
  arm,
  database,
  clock,
  campaigns,
  rotations,
  revokeSvids,
}: OperatorParts): DynamicModule {
  return {
    module: OperatorModule,
    controllers: [
      holdsKeys(arm) ? KeyResetsController : NoKeyResetsController,
      ...(rotations ? [KeyRotationController] : []),
      revokeSvids ? RevocationsController : NoRevocationsController,
      AgentOwnersController,
    ],
    providers: [
      provideValue(KeyResetCampaigns, campaigns),
      provideValue(HandOutKey, new HandOutKey(database, clock, arm)),
      provideValue(ReplacedKeys, new ReplacedKeys(database)),
      ...(rotations ? [provideValue(KeyRotations, rotations)] : []),
      provideValue(Owners, new Owners(database)),
      ...(revokeSvids ? [provideValue(RevokeSvids, revokeSvids)] : []),
    ],
  };
}

@Module({})
class OperatorModule {}
