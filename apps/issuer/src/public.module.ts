import { provideValue } from '@blastradius/nest-kit';
import { type DynamicModule, Module } from '@nestjs/common';
import { AdmitSidecar } from './attestation/admit-sidecar.ts';
import { AttestationController } from './attestation/attestation.controller.ts';
import { Callers } from './attestation/callers.ts';
import { JoinTokenAttestor } from './attestation/join-token-attestor.ts';
import { X509PopAttestor } from './attestation/x509-pop-attestor.ts';
import { AuditKeysController } from './audit/audit-keys.controller.ts';
import { AuditKeys } from './audit/audit-keys.ts';
import { BundleController } from './bundle/bundle.controller.ts';
import { SpiffeBundleController } from './bundle/spiffe-bundle.controller.ts';
import { TrustBundles } from './bundle/trust-bundles.ts';
import { HealthController } from './health/health.controller.ts';
import { Readiness } from './health/readiness.ts';
import { BrokeredEntitlements } from './issuance/brokered-entitlements.ts';
import { BrokeredIssuanceController } from './issuance/brokered-issuance.controller.ts';
import { IssuanceController } from './issuance/issuance.controller.ts';
import { IssuanceTerms } from './issuance/issuance-terms.ts';
import { IssueSvids } from './issuance/issue-svids.ts';
import { RenewSidecar } from './issuance/renew-sidecar.ts';
import type { Parts } from './parts.ts';
import { PolicyChanges } from './registration/policy-changes.ts';
import { PolicyRevisionController } from './registration/policy-revision.controller.ts';
import { Registrations } from './registration/registrations.ts';

@Module({})
class PublicModule {}

/** The API for sidecars. */
export function publicModule(parts: Parts): DynamicModule {
  return {
    module: PublicModule,
    controllers: [
      AttestationController,
      IssuanceController,
      BrokeredIssuanceController,
      PolicyRevisionController,
      BundleController,
      SpiffeBundleController,
      HealthController,
      AuditKeysController,
    ],
    providers: [
      provideValue(AuditKeys, parts.auditKeys),
      provideValue(Readiness, parts.readiness),
      provideValue(Callers, parts.callers),
      provideValue(Registrations, parts.registrations),
      provideValue(BrokeredEntitlements, parts.brokeredEntitlements),
      provideValue(PolicyChanges, parts.policyChanges),
      provideValue(TrustBundles, parts.bundles),
      provideValue(IssuanceTerms, parts.terms),
      provideValue(AdmitSidecar, parts.admitSidecar),
      provideValue(JoinTokenAttestor, parts.joinTokenAttestor),
      provideValue(X509PopAttestor, parts.x509PopAttestor),
      provideValue(RenewSidecar, parts.renewSidecar),
      provideValue(IssueSvids, parts.issueSvids),
    ],
  };
}
