import { Body, Controller, Param, Put } from '@nestjs/common';
import { type OwnerDetails, ownerDetails } from '../owners/owner.schema.ts';
import { Owners } from '../owners/owners.ts';

/** Owners whose identity was verified elsewhere; where there is no claim link, the only way. */
@Controller('operator/agents')
export class AgentOwnersController {
  constructor(private readonly owners: Owners) {}

  @Put(':name/owner')
  async link(@Param('name') name: string, @Body({ schema: ownerDetails }) owner: OwnerDetails) {
    await this.owners.link(name, owner);
    return { agent: name, owner: owner.x_handle };
  }
}
