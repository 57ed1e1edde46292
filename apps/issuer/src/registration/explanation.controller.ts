import { issuerAdministration } from '@blastradius/contracts';
import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import type { z } from 'zod';
import { Registrations } from './registrations.ts';

/** Answers the operator's question why a workload gets an identity, or why not. Changes nothing. */
@Controller('admin/explain')
export class ExplanationController {
  constructor(@Inject(Registrations) private readonly registrations: Registrations) {}

  @Post()
  @HttpCode(200)
  async explain(
    @Body({ schema: issuerAdministration.explainRequest })
    workload: z.infer<typeof issuerAdministration.explainRequest>,
  ): Promise<z.infer<typeof issuerAdministration.explainAnswer>> {
    return { policies: await this.registrations.explain(workload) };
  }
}
