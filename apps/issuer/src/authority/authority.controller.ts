import { issuerAdministration } from '@blastradius/contracts';
import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import type { z } from 'zod';
import { Authorities } from './authorities.ts';

@Controller('admin/authority')
export class AuthorityController {
  constructor(@Inject(Authorities) private readonly authorities: Authorities) {}

  @Post('rotate')
  @HttpCode(200)
  async rotate(
    @Body({ schema: issuerAdministration.authorityRotateRequest })
    { step }: z.infer<typeof issuerAdministration.authorityRotateRequest>,
  ) {
    await (step === 'prepare' ? this.authorities.prepare() : this.authorities.activate());
    return { step };
  }
}
