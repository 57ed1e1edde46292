import { Controller, Delete, Get, Inject, Param, Put, Req } from '@nestjs/common';
import { TrustBundles } from '../bundle/trust-bundles.ts';
import { FederatedBundles } from './federated-bundles.ts';

/** Documents are passed on as text: read as JSON, a sequence of 64 bits would be rounded. */
@Controller('admin')
export class FederationController {
  constructor(
    @Inject(FederatedBundles) private readonly federated: FederatedBundles,
    @Inject(TrustBundles) private readonly bundles: TrustBundles,
  ) {}

  /** Ours, as another trust domain's operator wants it. */
  @Get('spiffe-bundle')
  async own() {
    return { bundle: await this.bundles.spiffeDocument() };
  }

  @Get('federated-bundles/:trustDomain')
  async find(@Param('trustDomain') trustDomain: string) {
    return { bundle: await this.federated.document(trustDomain) };
  }

  @Put('federated-bundles/:trustDomain')
  async put(@Param('trustDomain') trustDomain: string, @Req() { rawBody }: { readonly rawBody?: Buffer }) {
    await this.federated.put(trustDomain, rawBody?.toString() ?? '');
    return { trustDomain };
  }

  @Delete('federated-bundles/:trustDomain')
  async remove(@Param('trustDomain') trustDomain: string) {
    await this.federated.remove(trustDomain);
    return { trustDomain };
  }
}
