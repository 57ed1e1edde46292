import { connectionOfMany, interleavedConnections } from './connections.ts';
import type { Detection } from './detection.ts';
import { moreTokensThanIssued, refusedAtIssuer, unissuedCertificate } from './issuance.ts';
import { openTableRead, openTableWrite } from './open-tables.ts';
import { refusedCredentials } from './refusals.ts';
import { retiredAgentSeen } from './retired-agent-seen.ts';
import { refusedAtVault, unknownWorkload } from './strangers.ts';

/** All of them watch every run: operators don't know what has leaked. */
export const detections: readonly Detection[] = [
  openTableRead,
  openTableWrite,
  interleavedConnections,
  connectionOfMany,
  unissuedCertificate,
  moreTokensThanIssued,
  ...refusedCredentials,
  refusedAtIssuer,
  unknownWorkload,
  refusedAtVault,
  retiredAgentSeen,
];
