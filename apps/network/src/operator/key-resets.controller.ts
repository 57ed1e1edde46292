import { Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { recordId } from '../posts/post.schema.ts';
import { HandOutKey } from './hand-out-key.ts';
import { KeyResetCampaigns } from './key-reset-campaigns.ts';

/** Where agents hold keys: all keys are reset, and each owner gets the new one. */
@Controller('operator')
export class KeyResetsController {
  constructor(
    private readonly campaigns: KeyResetCampaigns,
    private readonly handOutKey: HandOutKey,
  ) {}

  @Post('key-resets')
  @HttpCode(202)
  async start() {
    return { campaignId: await this.campaigns.start() };
  }

  @Get('key-resets/:id')
  async status(@Param('id', { schema: recordId }) id: string) {
    return await this.campaigns.status(id);
  }

  @Post('agents/:name/key')
  @HttpCode(200)
  async handOut(@Param('name') name: string) {
    return await this.handOutKey.execute(name);
  }
}
