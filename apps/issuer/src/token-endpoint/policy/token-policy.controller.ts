import { tokenAdministration } from '@blastradius/contracts';
import { Body, Controller, Get, Inject, Put } from '@nestjs/common';
import type { z } from 'zod';
import { TokenPolicies } from './token-policies.ts';

@Controller('admin/token-policies')
export class TokenPolicyController {
  constructor(@Inject(TokenPolicies) private readonly tokenPolicies: TokenPolicies) {}

  @Get()
  async all(): Promise<z.infer<typeof tokenAdministration.tokenPolicies>> {
    return { policies: [...(await this.tokenPolicies.all())] };
  }

  @Put()
  async replace(
    @Body({ schema: tokenAdministration.tokenPolicies })
    { policies }: z.infer<typeof tokenAdministration.tokenPolicies>,
  ): Promise<z.infer<typeof tokenAdministration.tokenPoliciesAnswer>> {
    await this.tokenPolicies.replace(policies);
    return { policies: policies.length };
  }
}
