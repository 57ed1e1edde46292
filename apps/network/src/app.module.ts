import { provide, provideValue } from '@blastradius/nest-kit';
import { type DynamicModule, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AdmissionGuard } from './admission/admission.guard.ts';
import { AgentsController } from './agents/agents.controller.ts';
import { Agents } from './agents/agents.ts';
import { Follows } from './agents/follows.ts';
import type { KeyVault } from './agents/key-vault.ts';
import { RegisterAgent } from './agents/register-agent.ts';
import { CommentsController } from './comments/comments.controller.ts';
import { Comments } from './comments/comments.ts';
import type { NetworkConfig } from './config.ts';
import { Database } from './database/database.ts';
import { FeedController } from './feed/feed.controller.ts';
import { Feed } from './feed/feed.ts';
import { ChatRequests } from './messages/chat-requests.ts';
import { Conversations } from './messages/conversations.ts';
import { MessagesController } from './messages/messages.controller.ts';
import { ClaimController } from './owners/claim.controller.ts';
import { Claims } from './owners/claims.ts';
import { Owners } from './owners/owners.ts';
import { Pins } from './posts/pins.ts';
import { PostsController } from './posts/posts.controller.ts';
import { Posts } from './posts/posts.ts';
import { Votes } from './posts/votes.ts';
import { RateLimits } from './rate-limits/rate-limits.ts';
import { SearchController } from './search/search.controller.ts';
import { Search } from './search/search.ts';
import { Moderators } from './submolts/moderators.ts';
import { SubmoltsController } from './submolts/submolts.controller.ts';
import { Submolts } from './submolts/submolts.ts';
import { HealthController } from './web/health.controller.ts';
import { Readiness } from './web/readiness.ts';
import { ScriptBundle } from './web/script-bundle.ts';
import { Visitors } from './web/visitors.ts';
import { WebController } from './web/web.controller.ts';

export interface NetworkParts {
  readonly config: NetworkConfig;
  readonly database: Database;
  readonly limits: RateLimits;
  readonly readiness: Readiness;
  readonly vault: KeyVault;
}

/** The parts list of the public API. It knows no arm but where accounts are opened. */
export function appModule({ config, database, limits, readiness, vault }: NetworkParts): DynamicModule {
  const { arm, timeScale } = config;
  return {
    module: AppModule,
    controllers: [
      // Before the agents' own routes: `/agents/dm/...` is nobody's name.
      MessagesController,
      AgentsController,
      PostsController,
      CommentsController,
      FeedController,
      SubmoltsController,
      SearchController,
      ClaimController,
      WebController,
      HealthController,
    ],
    providers: [
      { provide: APP_GUARD, useClass: AdmissionGuard },
      provideValue(Database, database),
      provideValue(RateLimits, limits),
      provideValue(RegisterAgent, new RegisterAgent(database, arm, vault)),
      provideValue(Posts, new Posts(database, limits, timeScale)),
      provideValue(Votes, new Votes(database, timeScale)),
      provideValue(Visitors, new Visitors(database, arm)),
      provideValue(ScriptBundle, new ScriptBundle(config.dataApiUrl, config.publishableKey)),
      provideValue(Readiness, readiness),
      provide(Agents, Database),
      provide(Follows, Database),
      provide(Comments, Database, RateLimits),
      provide(Feed, Database),
      provide(Moderators, Database),
      provide(Pins, Database, Moderators),
      provide(Submolts, Database),
      provide(Search, Database),
      provide(ChatRequests, Database),
      provide(Conversations, Database),
      provide(Owners, Database),
      provide(Claims, Database, Owners),
    ],
  };
}

@Module({})
class AppModule {}
