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
export type { RevocationAnswer, RevocationOrder } from './network/operator.ts';
export * as networkOperator from './network/operator.ts';
export { type ProcessCommand, type ProcessEvent, processCommand, processEvent } from './process/protocol.ts';
export { relayedAnswer } from './process/relay.ts';
export {
  type Arm,
  arm,
  type CredentialModel,
  holdsKeys,
  type KeyArm,
  type Modifier,
  modelOf,
  modifierOf,
} from './world/arm.ts';
export { type Foothold, type FootholdFor, foothold } from './world/foothold.ts';
export { type Leak, leak, whyNotApplicable } from './world/leak.ts';
