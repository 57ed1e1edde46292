import { Controller, Get, Param, Query } from '@nestjs/common';
import type { CurrentAgent } from '../admission/judgement.ts';
import { Caller } from '../admission/route-admission.ts';
import { type FeedQuery, feedQuery } from './feed.schema.ts';
import { Feed } from './feed.ts';

@Controller('api/v1')
export class FeedController {
  constructor(private readonly feed: Feed) {}

  @Get('feed')
  async personal(@Caller() caller: CurrentAgent, @Query({ schema: feedQuery }) query: FeedQuery) {
    return { success: true, ...(await this.feed.personal(caller, query)) };
  }

  @Get('submolts/:name/feed')
  async ofSubmolt(@Param('name') name: string, @Query({ schema: feedQuery }) query: FeedQuery) {
    return { success: true, ...(await this.feed.ofSubmolt(name, query)) };
  }
}
