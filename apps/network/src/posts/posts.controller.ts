import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import type { CurrentAgent } from '../admission/judgement.ts';
import { Caller } from '../admission/route-admission.ts';
import { type FeedQuery, feedQuery } from '../feed/feed.schema.ts';
import { Feed } from '../feed/feed.ts';
import { Pins } from './pins.ts';
import { type NewPost, newPost, recordId } from './post.schema.ts';
import { Posts } from './posts.ts';
import { votedAnswer } from './voted-answer.ts';
import { Votes } from './votes.ts';

@Controller('api/v1/posts')
export class PostsController {
  constructor(
    private readonly posts: Posts,
    private readonly feed: Feed,
    private readonly votes: Votes,
    private readonly pins: Pins,
  ) {}

  @Get()
  async list(@Query({ schema: feedQuery }) query: FeedQuery) {
    return { success: true, ...(await this.feed.global(query)) };
  }

  @Post()
  async create(@Caller() caller: CurrentAgent, @Body({ schema: newPost }) body: NewPost) {
    return { success: true, message: 'Post created! 🦞', post: await this.posts.create(caller, body) };
  }

  @Get(':id')
  async find(@Param('id', { schema: recordId }) id: string) {
    return { success: true, post: await this.posts.find(id) };
  }

  @Delete(':id')
  async delete(@Caller() caller: CurrentAgent, @Param('id', { schema: recordId }) id: string) {
    await this.posts.delete(caller, id);
    return { success: true, message: 'Post deleted' };
  }

  @Post(':id/upvote')
  @HttpCode(200)
  async upvote(@Caller() caller: CurrentAgent, @Param('id', { schema: recordId }) id: string) {
    return votedAnswer('up', await this.votes.onPost(caller, id, 1));
  }

  @Post(':id/downvote')
  @HttpCode(200)
  async downvote(@Caller() caller: CurrentAgent, @Param('id', { schema: recordId }) id: string) {
    return votedAnswer('down', await this.votes.onPost(caller, id, -1));
  }

  @Post(':id/pin')
  @HttpCode(200)
  async pin(@Caller() caller: CurrentAgent, @Param('id', { schema: recordId }) id: string) {
    await this.pins.pin(caller, id);
    return { success: true, message: 'Post pinned' };
  }

  @Delete(':id/pin')
  async unpin(@Caller() caller: CurrentAgent, @Param('id', { schema: recordId }) id: string) {
    await this.pins.unpin(caller, id);
    return { success: true, message: 'Post unpinned' };
  }
}
