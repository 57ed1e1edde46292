import type { IssuerRecord } from '../records.ts';

/** How OCSF 1.8 names an act: category Identity & Access Management (3), a class of it, an activity. */
export interface OcsfClass {
  readonly classUid: 3002 | 3004;
  readonly activityId: number;
}

export const ocsfVersion = '1.8.0';
export const identityAndAccessManagement = 3;

const authentication = 3002;
const entityManagement = 3004;

/**
 * Only activities that every OCSF since 1.0 has, so that older readers know them. Taint and activation are
 * an update of the key; `status_detail` and the event's type say which.
 */
const classes: Readonly<Record<IssuerRecord['event'], OcsfClass>> = {
  'node-attested': { classUid: authentication, activityId: 1 },
  'node-refused': { classUid: authentication, activityId: 1 },
  'svid-issued': { classUid: authentication, activityId: 3 },
  'svid-refused': { classUid: authentication, activityId: 3 },
  'access-token-issued': { classUid: authentication, activityId: 4 },
  'access-token-refused': { classUid: authentication, activityId: 4 },
  'authority-prepared': { classUid: entityManagement, activityId: 1 },
  'authority-activated': { classUid: entityManagement, activityId: 3 },
  'authority-tainted': { classUid: entityManagement, activityId: 3 },
  'authority-revoked': { classUid: entityManagement, activityId: 4 },
  'authority-retired': { classUid: entityManagement, activityId: 4 },
  'token-policies-replaced': { classUid: entityManagement, activityId: 3 },
  'policies-replaced': { classUid: entityManagement, activityId: 3 },
  'federation-changed': { classUid: entityManagement, activityId: 3 },
};

export function ocsfClassOf({ event }: IssuerRecord): OcsfClass {
  return classes[event];
}

/** `severity_id`: 1 informational, 2 low, 3 medium. */
export function severityOf({ event }: IssuerRecord): number {
  if (event === 'authority-tainted' || event === 'authority-revoked') return 3;
  return isRefusal(event) ? 2 : 1;
}

/** `status_id`: 1 success, 2 failure. */
export function statusOf({ event }: IssuerRecord): number {
  return isRefusal(event) ? 2 : 1;
}

function isRefusal(event: IssuerRecord['event']): boolean {
  return event.endsWith('-refused');
}
