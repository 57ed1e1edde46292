import type { IncomingMessage } from 'node:http';
import { issuance } from '@blastradius/contracts';
import { Body, Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import type { z } from 'zod';
import { Callers } from '../attestation/callers.ts';
import { TrustBundles } from '../bundle/trust-bundles.ts';
import { BrokeredEntitlements } from './brokered-entitlements.ts';
import { entitlementOf } from './entitlement-of.ts';
import { IssuanceTerms } from './issuance-terms.ts';
import { IssueSvids } from './issue-svids.ts';

/**
 * What a sidecar asks for where a broker asks it for another workload's SVIDs. The paths are apart so that
 * an issuer which knows no brokers answers that there is no such thing, and not with what the workload may have.
 */
@Controller('v1/brokered')
export class BrokeredIssuanceController {
  constructor(
    @Inject(Callers) private readonly callers: Callers,
    @Inject(BrokeredEntitlements) private readonly brokeredEntitlements: BrokeredEntitlements,
    @Inject(IssueSvids) private readonly issueSvids: IssueSvids,
    @Inject(TrustBundles) private readonly bundles: TrustBundles,
    @Inject(IssuanceTerms) private readonly terms: IssuanceTerms,
  ) {}

  @Post('entitlements')
  @HttpCode(200)
  async entitlements(
    @Req() request: { raw: IncomingMessage },
    @Body({ schema: issuance.brokeredEntitlementsRequest })
    { selectors, broker }: z.infer<typeof issuance.brokeredEntitlementsRequest>,
  ): Promise<z.infer<typeof issuance.entitlementsAnswer>> {
    const { node } = this.callers.of(request.raw);
    const granted = await this.brokeredEntitlements.of({ node, selectors, broker });
    const entitlements = [...granted.values()].map(entitlementOf);
    return { entitlements, ttlSeconds: this.terms.x509SvidTtlSeconds };
  }

  @Post('x509-svids')
  @HttpCode(200)
  async x509Svids(
    @Req() request: { raw: IncomingMessage },
    @Body({ schema: issuance.brokeredX509SvidsRequest })
    { selectors, broker, requests }: z.infer<typeof issuance.brokeredX509SvidsRequest>,
  ): Promise<z.infer<typeof issuance.x509SvidsAnswer>> {
    const { node } = this.callers.of(request.raw);
    const results = await this.issueSvids.x509({ node, selectors, broker }, requests);
    return { results, bundle: await this.bundles.document() };
  }

  @Post('jwt-svids')
  @HttpCode(200)
  async jwtSvids(
    @Req() request: { raw: IncomingMessage },
    @Body({ schema: issuance.brokeredJwtSvidsRequest })
    { selectors, broker, requests }: z.infer<typeof issuance.brokeredJwtSvidsRequest>,
  ): Promise<z.infer<typeof issuance.tokenSvidsAnswer>> {
    const { node } = this.callers.of(request.raw);
    const results = await this.issueSvids.jwt({ node, selectors, broker }, requests);
    return { results, bundle: await this.bundles.document() };
  }
}
