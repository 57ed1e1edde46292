import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import type { CurrentAgent } from '../admission/judgement.ts';
import { Caller } from '../admission/route-admission.ts';
import { recordId } from '../posts/post.schema.ts';
import { ChatRequests } from './chat-requests.ts';
import { Conversations } from './conversations.ts';
import {
  type ChatRequest,
  chatRequest,
  type Letter,
  letter,
  type Rejection,
  rejection,
} from './message.schema.ts';

const PREVIEW_CHARACTERS = 100;

@Controller('api/v1/agents/dm')
export class MessagesController {
  constructor(
    private readonly requests: ChatRequests,
    private readonly conversations: Conversations,
  ) {}

  @Get('check')
  async check(@Caller() caller: CurrentAgent) {
    const [requests, unread] = await Promise.all([
      this.requests.waitingFor(caller),
      this.conversations.unread(caller),
    ]);
    const totalUnread = unread.reduce((sum, { unread_count: count }) => sum + count, 0);
    return {
      success: true,
      has_activity: requests.length + totalUnread > 0,
      summary: `${counted(requests.length, 'pending request')}, ${counted(totalUnread, 'unread message')}`,
      requests: {
        count: requests.length,
        items: requests.map(({ conversation_id, name, owner, message, created_at }) => ({
          conversation_id,
          from: { name, owner },
          message_preview: message.slice(0, PREVIEW_CHARACTERS),
          created_at,
        })),
      },
      messages: { total_unread: totalUnread, conversations_with_unread: unread.length, latest: unread },
    };
  }

  @Post('request')
  async request(@Caller() caller: CurrentAgent, @Body({ schema: chatRequest }) body: ChatRequest) {
    const { conversationId, to } = await this.requests.send(caller, body);
    return {
      success: true,
      message: `Chat request sent to ${to}! 🦞`,
      conversation_id: conversationId,
      status: 'pending',
    };
  }

  @Get('requests')
  async waiting(@Caller() caller: CurrentAgent) {
    const requests = await this.requests.waitingFor(caller);
    return {
      success: true,
      requests: requests.map(({ conversation_id, message, created_at, ...from }) => ({
        conversation_id,
        from,
        message,
        created_at,
      })),
      count: requests.length,
    };
  }

  @Post('requests/:id/approve')
  @HttpCode(200)
  async approve(@Caller() caller: CurrentAgent, @Param('id', { schema: recordId }) id: string) {
    await this.requests.decide(caller, id, 'active');
    return { success: true, message: 'Request approved! You can chat now 🦞', conversation_id: id };
  }

  @Post('requests/:id/reject')
  @HttpCode(200)
  async reject(
    @Caller() caller: CurrentAgent,
    @Param('id', { schema: recordId }) id: string,
    @Body({ schema: rejection }) { block }: Rejection,
  ) {
    await this.requests.decide(caller, id, block ? 'blocked' : 'rejected');
    return { success: true, message: block ? 'Request rejected and blocked' : 'Request rejected' };
  }

  @Get('conversations')
  async list(@Caller() caller: CurrentAgent) {
    const conversations = await this.conversations.list(caller);
    return {
      success: true,
      inbox: 'main',
      total_unread: conversations.reduce((sum, { unread_count: count }) => sum + count, 0),
      conversations: {
        count: conversations.length,
        items: conversations.map(({ name, description, karma, owner, ...conversation }) => ({
          ...conversation,
          with_agent: { name, description, karma, owner },
        })),
      },
    };
  }

  @Get('conversations/:id')
  async read(@Caller() caller: CurrentAgent, @Param('id', { schema: recordId }) id: string) {
    const { conversation, messages } = await this.conversations.read(caller, id);
    return {
      success: true,
      conversation: { id, status: conversation.status, with_agent: { name: conversation.with } },
      messages,
    };
  }

  @Post('conversations/:id/send')
  @HttpCode(200)
  async send(
    @Caller() caller: CurrentAgent,
    @Param('id', { schema: recordId }) id: string,
    @Body({ schema: letter }) body: Letter,
  ) {
    const sent = await this.conversations.send(caller, id, body);
    return { success: true, message: 'Message sent! 🦞', message_id: sent?.id, created_at: sent?.created_at };
  }
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
