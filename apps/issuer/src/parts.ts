import { hostname } from 'node:os';
import type { Clock } from '@blastradius/kernel';
import { AdmitSidecar } from './attestation/admit-sidecar.ts';
import { Callers } from './attestation/callers.ts';
import { JoinTokenAttestor } from './attestation/join-token-attestor.ts';
import { JoinTokens } from './attestation/join-tokens.ts';
import { PostgresJoinTokenStore } from './attestation/postgres-join-token-store.ts';
import { X509PopAttestor } from './attestation/x509-pop-attestor.ts';
import { AuditKeys } from './audit/audit-keys.ts';
import { countActs } from './audit/count-acts.ts';
import type { IssuerAuditLog } from './audit/issuer-audit-log.ts';
import { IssuerLedger } from './audit/issuer-ledger.ts';
import { PostgresAuditStore } from './audit/postgres-audit-store.ts';
import { Authorities } from './authority/authorities.ts';
import { AuthorityAudit } from './authority/authority-audit.ts';
import { AuthorityRotation } from './authority/authority-rotation.ts';
import { ForcedRotation } from './authority/forced-rotation.ts';
import { PostgresAuthorityStore } from './authority/postgres-authority-store.ts';
import { TrustBundles } from './bundle/trust-bundles.ts';
import type { IssuerConfig } from './config.ts';
import { AgreedClock, databaseNow } from './database/agreed-clock.ts';
import type { Database } from './database/database.ts';
import { composeFederation } from './federation/compose-federation.ts';
import { Readiness } from './health/readiness.ts';
import { BrokeredEntitlements } from './issuance/brokered-entitlements.ts';
import { IssuanceTerms } from './issuance/issuance-terms.ts';
import { IssueSvids } from './issuance/issue-svids.ts';
import { JudgedIssuance } from './issuance/judged-issuance.ts';
import { RenewSidecar } from './issuance/renew-sidecar.ts';
import { SidecarSvids } from './issuance/sidecar-svids.ts';
import { PolicyChanges } from './registration/policy-changes.ts';
import { PostgresPolicyStore } from './registration/postgres-policy-store.ts';
import { Registrations } from './registration/registrations.ts';
import { ServerIdentity } from './server-identity/server-identity.ts';
import { composeTokenEndpoint } from './token-endpoint/compose-token-endpoint.ts';
import { PostgresTokenPolicyStore } from './token-endpoint/policy/postgres-token-policy-store.ts';
import { TokenPolicies } from './token-endpoint/policy/token-policies.ts';

export type Parts = ReturnType<typeof composeParts>;

/** The domain objects that the public and the operator's API share. */
export function composeParts(
  config: IssuerConfig,
  database: Database,
  auditLog: IssuerAuditLog,
  clock: Clock,
) {
  const { trustDomain, x509SvidTtlSeconds, keyEncryptionKey } = config;
  const terms = new IssuanceTerms(config);
  const agreedClock = new AgreedClock(clock, config.clockDifferenceSecondsMax, () => databaseNow(database));
  const ledger = new IssuerLedger(countActs(auditLog), clock);
  const auditStore = new PostgresAuditStore(database);
  const authorities = new Authorities(
    new PostgresAuthorityStore(database),
    new AuthorityAudit(ledger, trustDomain),
    agreedClock,
    { trustDomain, schedule: config.authority, keyEncryptionKey },
  );
  const policyStore = new PostgresPolicyStore(database);
  const registrations = new Registrations(policyStore, { trustDomain, ttlSeconds: terms.ttlSeconds }, ledger);
  const joinTokens = new JoinTokens(new PostgresJoinTokenStore(database), agreedClock);
  const sidecarSvids = new SidecarSvids(authorities, ledger, agreedClock, x509SvidTtlSeconds);
  const judged = new JudgedIssuance(registrations, ledger);
  const tokenPolicies = new TokenPolicies(new PostgresTokenPolicyStore(database), ledger);
  const { issuer } = config.tokenEndpoint;
  const tokenEndpoint =
    issuer === undefined
      ? undefined
      : composeTokenEndpoint({
          authorities,
          database,
          ledger,
          clock: agreedClock,
          policies: tokenPolicies,
          issuer,
        });
  return {
    terms,
    agreedClock,
    auditLog,
    auditStore,
    auditKeys: new AuditKeys(auditStore, clock, keyEncryptionKey),
    tokenPolicies,
    tokenEndpoint,
    authorities,
    forcedRotation: new ForcedRotation(authorities, {
      issuer: `${hostname()}/${process.pid}`,
      publishSeconds: config.authority.activationDelaySeconds,
    }),
    scheduledRotation: new AuthorityRotation(authorities, clock, config.authority),
    readiness: new Readiness(authorities, auditLog),
    registrations,
    brokeredEntitlements: new BrokeredEntitlements(registrations, ledger),
    policyChanges: new PolicyChanges(policyStore),
    joinTokens,
    federation: composeFederation({ database, authorities, ledger, clock, trustDomain }),
    bundles: new TrustBundles(authorities, config.bundleRefreshHintSeconds),
    callers: new Callers(authorities, ledger, agreedClock, trustDomain),
    admitSidecar: new AdmitSidecar(sidecarSvids, ledger, trustDomain),
    joinTokenAttestor: new JoinTokenAttestor(joinTokens),
    x509PopAttestor: new X509PopAttestor(
      { trustDomain, authorities: config.x509PopAuthorities },
      agreedClock,
    ),
    renewSidecar: new RenewSidecar(sidecarSvids, ledger),
    issueSvids: new IssueSvids(authorities, judged, terms, agreedClock),
    serverIdentity: new ServerIdentity({
      authorities,
      terms,
      ledger,
      clock: agreedClock,
      nodeAuthorities: config.x509PopAuthorities,
      dnsNames: tokenEndpoint === undefined ? [] : [tokenEndpoint.server.hostname],
    }),
  };
}
