import { issuerAdministration } from '@blastradius/contracts';
import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import type { z } from 'zod';
import { TrustBundles } from '../bundle/trust-bundles.ts';
import { JoinTokens } from './join-tokens.ts';

@Controller('admin/join-tokens')
export class JoinTokenController {
  constructor(
    @Inject(JoinTokens) private readonly joinTokens: JoinTokens,
    @Inject(TrustBundles) private readonly bundles: TrustBundles,
  ) {}

  @Post()
  @HttpCode(200)
  async mint(
    @Body({ schema: issuerAdministration.joinTokenMintRequest })
    { node, ttlSeconds }: z.infer<typeof issuerAdministration.joinTokenMintRequest>,
  ): Promise<z.infer<typeof issuerAdministration.joinTokenMintAnswer>> {
    const joinToken = await this.joinTokens.mint(node, ttlSeconds);
    const { x509Authorities } = await this.bundles.document();
    return { joinToken, bundle: { x509Authorities } };
  }
}
