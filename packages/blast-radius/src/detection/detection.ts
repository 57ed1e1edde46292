import type { Arm } from '@blastradius/contracts';
import { z } from 'zod';
import type { ArmFacts } from '../run/arm-facts.ts';
import type { DetectionId } from './detection-id.ts';

/**
 * What operators have of their own: what their services have written, and whom they have retired. What the
 * thief or the agents say of themselves is not among it.
 */
export type OperatorsView = Pick<ArmFacts, 'audit' | 'issuer' | 'dataApi' | 'sidecar' | 'vault'> & {
  /** Since which minute the agent is gone. */
  readonly retired: ReadonlyMap<string, number>;
};

/** Whose records alarms are of. */
export const alarmLedger = z.enum(['audit', 'data-api', 'issuer', 'sidecar', 'vault']);
export type AlarmLedger = z.infer<typeof alarmLedger>;

/** One record that something is wrong by. */
export interface Alarm {
  readonly minute: number;
  readonly ledger: AlarmLedger;
  /** The `requestId`; of acts that are no requests, what they are and whom they are about. */
  readonly recordId: string;
  /** Where the alarm is not of this record alone: what else it is of. */
  readonly about?: {
    readonly credentialId?: string;
    readonly agent?: string;
    readonly sourcePort?: number;
  };
}

export interface Detection {
  readonly id: DetectionId;
  readonly title: string;
  /** Whether an arm gives it anything to see: only there is it expected to tell. */
  appliesTo(arm: Arm): boolean;
  /** Pure; in the order of time. */
  watch(view: OperatorsView): Alarm[];
}

type AuditEntry = OperatorsView['audit'][number];

export function alarmAt({ minute, requestId }: AuditEntry, about?: Alarm['about']): Alarm {
  return { minute, ledger: 'audit', recordId: requestId, ...(about ? { about } : {}) };
}
