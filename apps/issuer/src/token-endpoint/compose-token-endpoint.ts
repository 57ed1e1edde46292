import type { Clock } from '@blastradius/kernel';
import type { IssuerLedger } from '../audit/issuer-ledger.ts';
import type { Authorities } from '../authority/authorities.ts';
import type { Database } from '../database/database.ts';
import { AccessTokenKeys } from './access-token-keys.ts';
import { AuthorizationServer } from './authorization-server.ts';
import { AcceptedAuthorities } from './client/accepted-authorities.ts';
import { VerifiedSvids } from './client/verified-svids.ts';
import { IssueAccessToken } from './issue-access-token.ts';
import type { TokenPolicies } from './policy/token-policies.ts';
import { PostgresUsedProofs } from './replay/postgres-used-proofs.ts';

interface TokenEndpointNeeds {
  readonly authorities: Authorities;
  readonly database: Database;
  readonly ledger: IssuerLedger;
  readonly clock: Clock;
  readonly policies: TokenPolicies;
  readonly issuer: string;
}

export type TokenEndpointParts = ReturnType<typeof composeTokenEndpoint>;

/** The domain objects behind the token endpoint. */
export function composeTokenEndpoint(needs: TokenEndpointNeeds) {
  const { authorities, database, ledger, clock, policies, issuer } = needs;
  const server = new AuthorizationServer(issuer);
  const keys = new AccessTokenKeys(authorities);
  const usedProofs = new PostgresUsedProofs(database);
  const svids = new VerifiedSvids(new AcceptedAuthorities(authorities), clock, issuer);
  const { tokenUrl } = server;
  return {
    server,
    keys,
    usedProofs,
    clock,
    ledger,
    issueAccessToken: new IssueAccessToken({
      svids,
      keys,
      policies,
      usedProofs,
      ledger,
      clock,
      issuer,
      tokenUrl,
    }),
  };
}
