export type {
  AuthorityView,
  FederationRelationshipAnswer,
  IssuancePolicy,
  KeySetKind,
  PolicyExplanation,
  PolicyRefusal,
} from './issuer/administration.ts';
export * as issuerAdministration from './issuer/administration.ts';
export * as auditAdministration from './issuer/audit.ts';
export type {
  AuthorityJwk,
  Entitlement,
  TokenSvidDocument,
  TrustBundleDocument,
  X509SvidDocument,
} from './issuer/issuance.ts';
export * as issuance from './issuer/issuance.ts';
export type { TokenGrant, TokenPolicies, TokenPolicy } from './issuer/token-policies.ts';
export * as tokenAdministration from './issuer/token-policies.ts';
export * as networkOperator from './network/operator.ts';
export { type ProcessCommand, type ProcessEvent, processCommand, processEvent } from './process/protocol.ts';
export { relayedAnswer } from './process/relay.ts';
