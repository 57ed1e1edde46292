import { z } from 'zod';
import type { IssuerRecord } from '../records.ts';
import {
  identityAndAccessManagement,
  ocsfClassOf,
  ocsfVersion,
  severityOf,
  statusOf,
} from './ocsf-classes.ts';

/** What the body has to hold to be read back; a reader of OCSF sees more. */
export const ocsfBody = z.object({
  time: z.number(),
  status_detail: z.string(),
  user: z.object({ uid: z.string().optional(), credential_uid: z.string().optional() }).optional(),
  entity: z.object({ uid: z.string().optional() }).optional(),
  unmapped: z.looseObject({ spiffeId: z.string().optional() }),
});

const product = { name: 'Blastradius issuer', vendor_name: 'Blastradius' };
/** A workload is none of the kinds of user that OCSF numbers. */
const workload = { type_id: 99, type: 'Workload' };
const service = { name: 'Blastradius issuer' };

/** An act as an OCSF event. What OCSF has no place for is in `unmapped`, so that nothing is lost. */
export function ocsfBodyOf(record: IssuerRecord, uid: string): object {
  const { ledger: _, event: __, atMs, reason, spiffeId, serial: ___, ...rest } = record;
  const { classUid, activityId } = ocsfClassOf(record);
  const about =
    classUid === 3002
      ? { user: userOf(record), service, unmapped: rest }
      : { entity: entityOf(record), unmapped: spiffeId === null ? rest : { ...rest, spiffeId } };
  return {
    category_uid: identityAndAccessManagement,
    class_uid: classUid,
    activity_id: activityId,
    type_uid: classUid * 100 + activityId,
    severity_id: severityOf(record),
    status_id: statusOf(record),
    status_detail: reason,
    time: atMs,
    metadata: { version: ocsfVersion, product, uid },
    ...about,
  };
}

/** `user` and `entity` need a name or a `uid`: who has not proved who it is has neither. */
function userOf({ spiffeId, serial }: IssuerRecord): object {
  const credential = serial === null ? {} : { credential_uid: serial };
  return spiffeId === null
    ? { name: 'unknown', type_id: 0, ...credential }
    : { uid: spiffeId, ...workload, ...credential };
}

function entityOf({ event, kind, serial }: IssuerRecord): object {
  const subject = event.slice(0, event.lastIndexOf('-'));
  const name = subject === 'authority' ? `${kind} ${subject}` : subject;
  return serial === null ? { name, type: subject } : { name, type: subject, uid: serial };
}
