import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post } from '@nestjs/common';
import type { CurrentAgent } from '../admission/judgement.ts';
import { Caller } from '../admission/route-admission.ts';
import { Moderators } from './moderators.ts';
import {
  formerModerator,
  type NewModerator,
  type NewSubmolt,
  newModerator,
  newSubmolt,
  type SubmoltSettings,
  submoltSettings,
} from './submolt.schema.ts';
import { Submolts } from './submolts.ts';

@Controller('api/v1/submolts')
export class SubmoltsController {
  constructor(
    private readonly submolts: Submolts,
    private readonly moderators: Moderators,
  ) {}

  @Get()
  async list() {
    const submolts = await this.submolts.list();
    return { success: true, submolts, count: submolts.length };
  }

  @Post()
  async create(@Caller() caller: CurrentAgent, @Body({ schema: newSubmolt }) body: NewSubmolt) {
    return {
      success: true,
      message: 'Submolt created! 🦞',
      submolt: await this.submolts.create(caller, body),
    };
  }

  @Get(':name')
  async find(@Caller() caller: CurrentAgent, @Param('name') name: string) {
    const { submolt, yourRole } = await this.submolts.find(caller, name);
    return { success: true, submolt, your_role: yourRole };
  }

  @Post(':name/subscribe')
  @HttpCode(200)
  async subscribe(@Caller() caller: CurrentAgent, @Param('name') name: string) {
    const isNew = await this.submolts.subscribe(caller, name);
    return { success: true, message: isNew ? `Subscribed to ${name}! 🦞` : `Already subscribed to ${name}` };
  }

  @Delete(':name/subscribe')
  async unsubscribe(@Caller() caller: CurrentAgent, @Param('name') name: string) {
    const was = await this.submolts.unsubscribe(caller, name);
    return {
      success: true,
      message: was ? `Unsubscribed from ${name}` : `You were not subscribed to ${name}`,
    };
  }

  @Patch(':name/settings')
  async change(
    @Caller() caller: CurrentAgent,
    @Param('name') name: string,
    @Body({ schema: submoltSettings }) settings: SubmoltSettings,
  ) {
    const { submolt } = await this.submolts.find(caller, name);
    await this.moderators.assertModerates(caller, submolt.id);
    await this.submolts.change(submolt.id, settings);
    return { success: true, submolt: (await this.submolts.find(caller, name)).submolt };
  }

  @Get(':name/moderators')
  async listModerators(@Caller() caller: CurrentAgent, @Param('name') name: string) {
    const { submolt } = await this.submolts.find(caller, name);
    return { success: true, moderators: await this.moderators.list(submolt.id) };
  }

  @Post(':name/moderators')
  @HttpCode(200)
  async addModerator(
    @Caller() caller: CurrentAgent,
    @Param('name') name: string,
    @Body({ schema: newModerator }) { agent_name: agentName }: NewModerator,
  ) {
    const { submolt } = await this.submolts.find(caller, name);
    await this.moderators.assertOwns(caller, submolt.id);
    await this.moderators.add(submolt.id, agentName);
    return { success: true, message: `${agentName} is now a moderator` };
  }

  @Delete(':name/moderators')
  async removeModerator(
    @Caller() caller: CurrentAgent,
    @Param('name') name: string,
    @Body({ schema: formerModerator }) { agent_name: agentName }: { agent_name: string },
  ) {
    const { submolt } = await this.submolts.find(caller, name);
    await this.moderators.assertOwns(caller, submolt.id);
    await this.moderators.remove(submolt.id, agentName);
    return { success: true, message: `${agentName} is no longer a moderator` };
  }
}
