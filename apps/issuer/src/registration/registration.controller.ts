import { issuerAdministration } from '@blastradius/contracts';
import { problemText } from '@blastradius/issuance-policy';
import { Body, Controller, Get, Inject, Put } from '@nestjs/common';
import type { z } from 'zod';
import { Registrations } from './registrations.ts';

@Controller('admin/policies')
export class RegistrationController {
  constructor(@Inject(Registrations) private readonly registrations: Registrations) {}

  @Get()
  async current(): Promise<z.infer<typeof issuerAdministration.policiesAnswer>> {
    const { revision, policies } = await this.registrations.current();
    return { revision, policies: [...policies] };
  }

  @Put()
  async replace(
    @Body({ schema: issuerAdministration.policiesRequest })
    { policies }: z.infer<typeof issuerAdministration.policiesRequest>,
  ): Promise<z.infer<typeof issuerAdministration.policiesReplaced>> {
    const warnings = await this.registrations.replace(policies);
    return { policies: policies.length, warnings: warnings.map(problemText) };
  }
}
