import { Controller, Get, Header, Inject } from '@nestjs/common';
import { TrustBundles } from './trust-bundles.ts';

/**
 * Our bundle as everyone's software reads it (SPIFFE Trust Domain and Bundle, section 4). It needs no
 * client certificate: what is in it is public.
 */
@Controller('v1/spiffe-bundle')
export class SpiffeBundleController {
  constructor(@Inject(TrustBundles) private readonly bundles: TrustBundles) {}

  @Get()
  @Header('content-type', 'application/json')
  spiffeBundle(): Promise<string> {
    return this.bundles.spiffeDocument();
  }
}
