import { issuerAdministration } from '@blastradius/contracts';
import { Body, Controller, Inject, Put } from '@nestjs/common';
import type { z } from 'zod';
import { Registrations } from './registrations.ts';

@Controller('admin/policies')
export class RegistrationController {
  constructor(@Inject(Registrations) private readonly registrations: Registrations) {}

  @Put()
  async replace(
    @Body({ schema: issuerAdministration.policiesRequest })
    { policies }: z.infer<typeof issuerAdministration.policiesRequest>,
  ) {
    await this.registrations.replace(policies);
    return { policies: policies.length };
  }
}
