import { issuerAdministration } from '@blastradius/contracts';
import { Body, Controller, Get, HttpCode, Inject, Post } from '@nestjs/common';
import type { z } from 'zod';
import { Authorities } from './authorities.ts';
import { ForcedRotation } from './forced-rotation.ts';

@Controller('admin')
export class AuthorityController {
  constructor(
    @Inject(Authorities) private readonly authorities: Authorities,
    @Inject(ForcedRotation) private readonly forcedRotation: ForcedRotation,
  ) {}

  @Get('authorities')
  show(): Promise<z.infer<typeof issuerAdministration.authoritiesAnswer>> {
    return this.authorities.show();
  }

  @Post('authority/rotate')
  @HttpCode(200)
  async rotate(
    @Body({ schema: issuerAdministration.authorityRotateRequest })
    {
      step,
      publishSeconds,
      kind,
      keyId,
      force = false,
    }: z.infer<typeof issuerAdministration.authorityRotateRequest>,
  ) {
    const kinds = kind === undefined ? undefined : [kind];
    switch (step) {
      case 'prepare':
        await this.authorities.prepare(kinds);
        break;
      case 'activate':
        await this.authorities.activate(kinds);
        break;
      case 'taint':
        await this.authorities.taint(kinds);
        break;
      case 'revoke':
        await this.authorities.revoke({ keyId, force }, kinds);
        break;
      case 'forced':
        await this.forcedRotation.execute(publishSeconds, kinds);
        break;
    }
    return { step };
  }
}
