import { issuerAdministration } from '@blastradius/contracts';
import { Body, Controller, Delete, Inject, Param, Put } from '@nestjs/common';
import type { z } from 'zod';
import { FederatedBundles } from './federated-bundles.ts';

@Controller('admin/federated-bundles')
export class FederationController {
  constructor(@Inject(FederatedBundles) private readonly bundles: FederatedBundles) {}

  @Put(':trustDomain')
  async put(
    @Param('trustDomain') trustDomain: string,
    @Body({ schema: issuerAdministration.federatedBundleRequest })
    document: z.infer<typeof issuerAdministration.federatedBundleRequest>,
  ) {
    await this.bundles.put(trustDomain, document);
    return { trustDomain };
  }

  @Delete(':trustDomain')
  async remove(@Param('trustDomain') trustDomain: string) {
    await this.bundles.remove(trustDomain);
    return { trustDomain };
  }
}
