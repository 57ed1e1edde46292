import { issuance } from '@blastradius/contracts';
import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import type { z } from 'zod';
import { TrustBundles } from '../bundle/trust-bundles.ts';
import { Registrations } from '../registration/registrations.ts';
import { IssuanceTerms } from './issuance-terms.ts';
import { IssueX509Svids } from './issue-x509-svids.ts';

@Controller('v1')
export class IssuanceController {
  constructor(
    @Inject(Registrations) private readonly registrations: Registrations,
    @Inject(IssueX509Svids) private readonly issueX509Svids: IssueX509Svids,
    @Inject(TrustBundles) private readonly bundles: TrustBundles,
    @Inject(IssuanceTerms) private readonly terms: IssuanceTerms,
  ) {}

  @Post('entitlements')
  @HttpCode(200)
  async entitlements(
    @Body({ schema: issuance.entitlementsRequest }) {
      selectors,
    }: z.infer<typeof issuance.entitlementsRequest>,
  ): Promise<z.infer<typeof issuance.entitlementsAnswer>> {
    const granted = await this.registrations.entitlementsOf(selectors);
    const entitlements = [...granted.values()].map(({ spiffeId, hint, policyId }) => ({
      spiffeId,
      hint,
      policyId,
    }));
    return { entitlements, ttlSeconds: this.terms.ttlSeconds };
  }

  @Post('x509-svids')
  @HttpCode(200)
  async x509Svids(
    @Body({ schema: issuance.x509SvidsRequest })
    { selectors, requests }: z.infer<typeof issuance.x509SvidsRequest>,
  ): Promise<z.infer<typeof issuance.x509SvidsAnswer>> {
    const results = await this.issueX509Svids.execute(selectors, requests);
    return { results, bundle: await this.bundles.document() };
  }
}
