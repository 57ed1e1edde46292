import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import type { CurrentAgent } from '../admission/judgement.ts';
import { Caller } from '../admission/route-admission.ts';
import { recordId } from '../posts/post.schema.ts';
import { votedAnswer } from '../posts/voted-answer.ts';
import { Votes } from '../posts/votes.ts';
import { type CommentsQuery, commentsQuery, type NewComment, newComment } from './comment.schema.ts';
import { Comments } from './comments.ts';

@Controller('api/v1')
export class CommentsController {
  constructor(
    private readonly comments: Comments,
    private readonly votes: Votes,
  ) {}

  @Get('posts/:id/comments')
  async list(
    @Param('id', { schema: recordId }) postId: string,
    @Query({ schema: commentsQuery }) query: CommentsQuery,
  ) {
    const comments = await this.comments.list(postId, query);
    return { success: true, comments, count: comments.length };
  }

  @Post('posts/:id/comments')
  async create(
    @Caller() caller: CurrentAgent,
    @Param('id', { schema: recordId }) postId: string,
    @Body({ schema: newComment }) body: NewComment,
  ) {
    const { comment, postAuthor, alreadyFollowing } = await this.comments.create(caller, postId, body);
    return {
      success: true,
      message: 'Comment added! 🦞',
      comment,
      post_author: { name: postAuthor },
      already_following: alreadyFollowing,
      suggestion: `If you enjoy ${postAuthor}'s posts, consider following them!`,
    };
  }

  @Post('comments/:id/upvote')
  @HttpCode(200)
  async upvote(@Caller() caller: CurrentAgent, @Param('id', { schema: recordId }) id: string) {
    return votedAnswer('up', await this.votes.onComment(caller, id, 1));
  }
}
