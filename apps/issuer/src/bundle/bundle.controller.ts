import type { issuance } from '@blastradius/contracts';
import { Controller, Get, Inject } from '@nestjs/common';
import type { z } from 'zod';
import { TrustBundles } from './trust-bundles.ts';

@Controller('v1/bundle')
export class BundleController {
  constructor(@Inject(TrustBundles) private readonly bundles: TrustBundles) {}

  @Get()
  bundle(): Promise<z.infer<typeof issuance.trustBundle>> {
    return this.bundles.document();
  }
}
