import { provideValue } from '@blastradius/nest-kit';
import { type DynamicModule, Module } from '@nestjs/common';
import { JoinTokenController } from './attestation/join-token.controller.ts';
import { JoinTokens } from './attestation/join-tokens.ts';
import { AuditController } from './audit/audit.controller.ts';
import { AuditKeys } from './audit/audit-keys.ts';
import { AuditStore } from './audit/audit-store.ts';
import { Authorities } from './authority/authorities.ts';
import { AuthorityController } from './authority/authority.controller.ts';
import { ForcedRotation } from './authority/forced-rotation.ts';
import { TrustBundles } from './bundle/trust-bundles.ts';
import { FederatedBundles } from './federation/federated-bundles.ts';
import { FederationController } from './federation/federation.controller.ts';
import { FederationRelationships } from './federation/federation-relationships.ts';
import { RelationshipController } from './federation/relationship.controller.ts';
import type { Parts } from './parts.ts';
import { ExplanationController } from './registration/explanation.controller.ts';
import { RegistrationController } from './registration/registration.controller.ts';
import { Registrations } from './registration/registrations.ts';
import { TokenPolicies } from './token-endpoint/policy/token-policies.ts';
import { TokenPolicyController } from './token-endpoint/policy/token-policy.controller.ts';

@Module({})
class AdministrationModule {}

/** The API for the operator, on a Unix socket. */
export function administrationModule(parts: Parts): DynamicModule {
  return {
    module: AdministrationModule,
    controllers: [
      RegistrationController,
      ExplanationController,
      JoinTokenController,
      AuthorityController,
      FederationController,
      RelationshipController,
      TokenPolicyController,
      AuditController,
    ],
    providers: [
      provideValue(AuditKeys, parts.auditKeys),
      provideValue(AuditStore, parts.auditStore),
      provideValue(Authorities, parts.authorities),
      provideValue(ForcedRotation, parts.forcedRotation),
      provideValue(Registrations, parts.registrations),
      provideValue(JoinTokens, parts.joinTokens),
      provideValue(TrustBundles, parts.bundles),
      provideValue(FederatedBundles, parts.federation.bundles),
      provideValue(FederationRelationships, parts.federation.relationships),
      provideValue(TokenPolicies, parts.tokenPolicies),
    ],
  };
}
