/**
 * What an agent may intend. `pick` in [0, 1) chooses from a list that exists only live: item
 * `floor(pick * length)` of the feed, or of the agent's conversations.
 */
export type Intention =
  | { readonly kind: 'read-feed' }
  | { readonly kind: 'post'; readonly title: string; readonly text: string; readonly submolt: string }
  | { readonly kind: 'comment'; readonly text: string; readonly pick: number }
  | { readonly kind: 'upvote'; readonly pick: number }
  | { readonly kind: 'dm-request'; readonly to: string; readonly text: string }
  | { readonly kind: 'dm-check-and-approve' }
  | { readonly kind: 'dm-send'; readonly text: string; readonly pick: number };

/** An intention with its agent and its minute of the incident. */
export type PlannedAction = Intention & { readonly atMinute: number; readonly agent: string };
