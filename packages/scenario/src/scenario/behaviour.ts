import { z } from 'zod';
import { sourced } from './sourced.ts';

const probability = sourced(z.number().min(0).max(1));

/**
 * How an agent lives: heartbeats as a Poisson process (open: no agent waits for another), and in
 * each heartbeat what it does with which probability.
 */
export const behaviour = z.strictObject({
  heartbeatsPerHour: sourced(z.number().positive().max(60)),
  introductionMinutes: sourced(z.number().positive()).describe(
    'after the start; the first conversations are opened in it',
  ),
  readFeed: probability,
  checkDms: probability,
  post: probability,
  comment: probability,
  upvote: probability,
  dm: probability,
  earlyDmShare: probability.describe('share of agents that open a conversation in the introductionMinutes'),
  thirdPartyKeyShare: probability.describe('share of private messages with a fake third-party key'),
});
