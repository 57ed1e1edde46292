import type { Clock } from '@blastradius/kernel';
import { gauge } from '@blastradius/runtime';
import type { Authorities } from './authorities.ts';
import { authorityStates } from './authority-states.ts';

/** Tells how long the authority that signs has still to live. Returns how to stop it. */
export function measureAuthority(authorities: Authorities, clock: Clock): () => void {
  return gauge(
    'blastradius.issuer.authority.time_to_end',
    { description: 'Time until the authority that signs now comes to its end.', unit: 's' },
    async () => {
      const now = clock.now();
      const { current } = authorityStates((await authorities.state()).authorities, now);
      return current === null ? undefined : (current.notAfter.getTime() - now.getTime()) / 1000;
    },
  );
}
