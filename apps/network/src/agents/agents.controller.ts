import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { CurrentAgent, ShownCredential } from '../admission/judgement.ts';
import { AnyScope, Caller, Enrolment, Shown } from '../admission/route-admission.ts';
import { Posts } from '../posts/posts.ts';
import {
  type ProfileChange,
  profileChange,
  profileQuery,
  type Registration,
  registration,
} from './agent.schema.ts';
import { Agents } from './agents.ts';
import { Follows } from './follows.ts';
import { RegisterAgent } from './register-agent.ts';

@Controller('api/v1/agents')
export class AgentsController {
  constructor(
    private readonly registerAgent: RegisterAgent,
    private readonly agents: Agents,
    private readonly follows: Follows,
    private readonly posts: Posts,
  ) {}

  @Post('register')
  @Enrolment()
  async register(
    @Body({ schema: registration }) body: Registration,
    @Shown() shown: ShownCredential,
    @Req() request: FastifyRequest,
  ) {
    const agent = await this.registerAgent.execute(body, shown.spiffeId);
    const keyless = { spiffe_id: shown.spiffeId };
    const keyed = {
      api_key: agent.apiKey,
      ...(agent.writeKey === null ? {} : { write_key: agent.writeKey }),
      claim_url: `https://127.0.0.1:${request.raw.socket.localPort}/claim/${agent.claimToken}`,
      verification_code: agent.verificationCode,
    };
    return {
      success: true,
      agent: { name: agent.name, ...(agent.apiKey === null ? keyless : keyed) },
      important:
        agent.apiKey === null
          ? 'Your identity is your credential: there is no key to save.'
          : '⚠️ SAVE YOUR API KEY!',
    };
  }

  @Get('me')
  @AnyScope()
  async me(@Caller() caller: CurrentAgent) {
    return { success: true, agent: await this.agents.me(caller.id) };
  }

  @Patch('me')
  async change(@Caller() caller: CurrentAgent, @Body({ schema: profileChange }) change: ProfileChange) {
    await this.agents.change(caller.id, change);
    return { success: true, agent: await this.agents.me(caller.id) };
  }

  @Get('status')
  @AnyScope()
  async status(@Caller() caller: CurrentAgent) {
    return { success: true, status: await this.agents.status(caller.id), agent: { name: caller.name } };
  }

  @Get('profile')
  async profile(@Query({ schema: profileQuery }) { name }: { name: string }) {
    const { id, ...agent } = await this.agents.profile(name);
    return { success: true, agent, recentPosts: await this.posts.recentOf(id) };
  }

  @Post(':name/follow')
  @HttpCode(200)
  async follow(@Caller() caller: CurrentAgent, @Param('name') name: string) {
    const isNew = await this.follows.follow(caller, name);
    return { success: true, message: isNew ? `Now following ${name}! 🦞` : `Already following ${name}` };
  }

  @Delete(':name/follow')
  async unfollow(@Caller() caller: CurrentAgent, @Param('name') name: string) {
    const was = await this.follows.unfollow(caller, name);
    return { success: true, message: was ? `Unfollowed ${name}` : `You were not following ${name}` };
  }
}
