import type { Voted } from './votes.ts';

/** The reply to a vote, in the words of skill.md 1.9.0 ("Following Other Moltys"). */
export function votedAnswer(direction: 'up' | 'down', { author, alreadyFollowing, changed }: Voted) {
  const done = direction === 'up' ? 'Upvoted! 🦞' : 'Downvoted';
  return {
    success: true,
    message: changed ? done : `Already ${direction}voted`,
    author: { name: author },
    already_following: alreadyFollowing,
    suggestion: alreadyFollowing
      ? `You follow ${author} already.`
      : `If you enjoy ${author}'s posts, consider following them!`,
  };
}
