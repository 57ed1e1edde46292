import type { IncomingMessage } from 'node:http';
import { issuance } from '@blastradius/contracts';
import { Body, Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import type { z } from 'zod';
import { Callers } from '../attestation/callers.ts';
import { TrustBundles } from '../bundle/trust-bundles.ts';
import { Registrations } from '../registration/registrations.ts';
import { entitlementOf } from './entitlement-of.ts';
import { IssuanceTerms } from './issuance-terms.ts';
import { IssueSvids } from './issue-svids.ts';

/** The node is that of the caller's own SVID at entitlements and at minting alike, never of the body. */
@Controller('v1')
export class IssuanceController {
  constructor(
    @Inject(Callers) private readonly callers: Callers,
    @Inject(Registrations) private readonly registrations: Registrations,
    @Inject(IssueSvids) private readonly issueSvids: IssueSvids,
    @Inject(TrustBundles) private readonly bundles: TrustBundles,
    @Inject(IssuanceTerms) private readonly terms: IssuanceTerms,
  ) {}

  @Post('entitlements')
  @HttpCode(200)
  async entitlements(
    @Req() request: { raw: IncomingMessage },
    @Body({ schema: issuance.entitlementsRequest }) {
      selectors,
    }: z.infer<typeof issuance.entitlementsRequest>,
  ): Promise<z.infer<typeof issuance.entitlementsAnswer>> {
    const { node } = this.callers.of(request.raw);
    const granted = await this.registrations.entitlementsOf({ node, selectors });
    const entitlements = [...granted.values()].map(entitlementOf);
    return { entitlements, ttlSeconds: this.terms.x509SvidTtlSeconds };
  }

  @Post('x509-svids')
  @HttpCode(200)
  async x509Svids(
    @Req() request: { raw: IncomingMessage },
    @Body({ schema: issuance.x509SvidsRequest })
    { selectors, requests }: z.infer<typeof issuance.x509SvidsRequest>,
  ): Promise<z.infer<typeof issuance.x509SvidsAnswer>> {
    const { node } = this.callers.of(request.raw);
    const results = await this.issueSvids.x509({ node, selectors }, requests);
    return { results, bundle: await this.bundles.document() };
  }

  @Post('jwt-svids')
  @HttpCode(200)
  async jwtSvids(
    @Req() request: { raw: IncomingMessage },
    @Body({ schema: issuance.jwtSvidsRequest })
    { selectors, requests }: z.infer<typeof issuance.jwtSvidsRequest>,
  ): Promise<z.infer<typeof issuance.tokenSvidsAnswer>> {
    const { node } = this.callers.of(request.raw);
    const results = await this.issueSvids.jwt({ node, selectors }, requests);
    return { results, bundle: await this.bundles.document() };
  }

  @Post('wit-svids')
  @HttpCode(200)
  async witSvids(
    @Req() request: { raw: IncomingMessage },
    @Body({ schema: issuance.witSvidsRequest })
    { selectors, requests }: z.infer<typeof issuance.witSvidsRequest>,
  ): Promise<z.infer<typeof issuance.tokenSvidsAnswer>> {
    const { node } = this.callers.of(request.raw);
    const results = await this.issueSvids.wit({ node, selectors }, requests);
    return { results, bundle: await this.bundles.document() };
  }
}
