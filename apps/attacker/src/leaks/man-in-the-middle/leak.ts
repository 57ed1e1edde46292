import { assertInRange } from '../../engine/range-only.ts';
import type { Credential } from '../../loot/credential.ts';
import type { OpenLeak } from '../leak-act.ts';
import { credentialsOfRequest } from '../request-logs/credentials-of-request.ts';
import { startInterception } from './interception.ts';

/** For a thief that waits for what comes by. */
const LOOK_EVERY_MINUTES = 5;

/**
 * The way to the network leads through here for those who were sent here: whoever believes that this is
 * the network is served as the network would, and has shown what it has. Whoever asks for the network's own
 * identity hangs up, and has shown nothing.
 */
export const openManInTheMiddle: OpenLeak<'man-in-the-middle'> = async (foothold) => {
  await assertInRange(foothold.networkUrl);
  let passed: Credential[] = [];
  const interception = await startInterception(foothold, (request) => {
    passed.push(...credentialsOfRequest(request));
  });
  return {
    lookEveryMinutes: LOOK_EVERY_MINUTES,
    look: async () => {
      const credentials = passed;
      passed = [];
      return { credentials };
    },
    close: () => interception.stop(),
  };
};
