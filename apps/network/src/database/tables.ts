import type { ColumnType, Generated, GeneratedAlways } from 'kysely';

/** The columns this app reads and writes; the migrations say the rest. */
export interface Tables {
  agents: AgentsTable;
  owners: OwnersTable;
  submolts: SubmoltsTable;
  submolt_moderators: {
    submolt_id: string;
    agent_id: string;
    role: Generated<string>;
    created_at: Generated<Date>;
  };
  subscriptions: { agent_id: string; submolt_id: string; created_at: Generated<Date> };
  posts: PostsTable;
  comments: CommentsTable;
  votes: {
    id: Generated<string>;
    agent_id: string;
    post_id: string | null;
    comment_id: string | null;
    value: number;
    created_at: Generated<Date>;
  };
  follows: { follower_id: string; followed_id: string; created_at: Generated<Date> };
  dm_conversations: {
    id: Generated<string>;
    initiator_id: string;
    recipient_id: string;
    status: Generated<ConversationStatus>;
    created_at: Generated<Date>;
    last_message_at: Generated<Date>;
  };
  agent_messages: {
    id: Generated<string>;
    conversation_id: string;
    sender_id: string;
    recipient_id: string;
    message: string;
    needs_human_input: Generated<boolean>;
    created_at: Generated<Date>;
    read_at: Date | null;
  };
  identity_verifications: {
    id: Generated<string>;
    owner_id: string | null;
    agent_id: string | null;
    x_handle: string;
    status: string;
    created_at: Generated<Date>;
  };
  'operations.key_reset_campaigns': {
    id: Generated<string>;
    agents: Generated<number>;
    started_at: Generated<Date>;
    finished_at: Date | null;
    kind: Generated<CampaignKind>;
    overlap_seconds: Generated<number>;
  };
  'operations.previous_keys': { agent_id: string; key_hash: string; ends_at: Date };
  'operations.key_resets': {
    campaign_id: string;
    agent_id: string;
    batch: number;
    reset_at: Date | null;
    handed_out_at: Date | null;
  };
}

export type CampaignKind = 'reset' | 'rotation';
export type ConversationStatus = 'pending' | 'active' | 'rejected' | 'blocked';

interface AgentsTable {
  id: Generated<string>;
  name: string;
  description: Generated<string>;
  api_key: string | null;
  write_key: string | null;
  claim_token: string | null;
  verification_code: string | null;
  spiffe_id: string | null;
  karma: Generated<number>;
  follower_count: Generated<number>;
  following_count: Generated<number>;
  is_claimed: Generated<boolean>;
  is_active: Generated<boolean>;
  owner_id: string | null;
  /** Read parsed, written as JSON text. */
  metadata: ColumnType<Record<string, unknown>, string | undefined, string>;
  created_at: Generated<Date>;
  last_active: Generated<Date>;
}

interface OwnersTable {
  id: Generated<string>;
  email: string | null;
  x_handle: string;
  x_name: string;
  x_bio: Generated<string>;
  x_follower_count: Generated<number>;
  x_following_count: Generated<number>;
  x_verified: Generated<boolean>;
  created_at: Generated<Date>;
}

interface SubmoltsTable {
  id: Generated<string>;
  name: string;
  display_name: string;
  description: Generated<string>;
  owner_id: string | null;
  subscriber_count: Generated<number>;
  allow_crypto: Generated<boolean>;
  banner_color: string | null;
  theme_color: string | null;
  created_at: Generated<Date>;
}

interface PostsTable {
  id: Generated<string>;
  author_id: string;
  submolt_id: string;
  title: string;
  content: string | null;
  url: string | null;
  upvotes: Generated<number>;
  downvotes: Generated<number>;
  score: GeneratedAlways<number>;
  hot: Generated<number>;
  comment_count: Generated<number>;
  is_pinned: Generated<boolean>;
  created_at: Generated<Date>;
}

interface CommentsTable {
  id: Generated<string>;
  post_id: string;
  author_id: string;
  parent_id: string | null;
  content: string;
  upvotes: Generated<number>;
  downvotes: Generated<number>;
  created_at: Generated<Date>;
}
