import {
  bearerSvidVerifier,
  boundAccessTokenVerifier,
  boundSvidVerifier,
  clientCertificateVerifier,
} from '@blastradius/credentials';
import type { Database } from '../database/database.ts';
import { openPolicies } from '../policy/authorize.ts';
import type { AgentsByCredential } from './agents-by-credential.ts';
import { PostgresAgentsByCredential } from './postgres-agents-by-credential.ts';

/** What a verification of credentials is made of: all that stands between a caller and an agent's name. */
export interface Verification {
  readonly agents: (database: Database) => AgentsByCredential;
  readonly clientCertificate: typeof clientCertificateVerifier;
  readonly bearerSvid: typeof bearerSvidVerifier;
  readonly boundSvid: typeof boundSvidVerifier;
  readonly boundAccessToken: typeof boundAccessTokenVerifier;
  readonly policies: typeof openPolicies;
}

export const verification: Verification = {
  agents: (database) => new PostgresAgentsByCredential(database),
  clientCertificate: clientCertificateVerifier,
  bearerSvid: bearerSvidVerifier,
  boundSvid: boundSvidVerifier,
  boundAccessToken: boundAccessTokenVerifier,
  policies: openPolicies,
};
