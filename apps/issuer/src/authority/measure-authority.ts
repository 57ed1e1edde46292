import type { Clock } from '@blastradius/kernel';
import { gauge } from '@blastradius/runtime';
import type { Authorities } from './authorities.ts';
import { authorityStates } from './authority-states.ts';

/** Tells how long the X.509 authority that signs has still to live; the others are rotated with it. Returns how to stop it. */
export function measureAuthority(authorities: Authorities, clock: Clock): () => void {
  return gauge(
    'blastradius.issuer.authority.time_to_end',
    { description: 'Time until the X.509 authority that signs now comes to its end.', unit: 's' },
    async () => {
      const now = clock.now();
      const { current } = authorityStates((await authorities.state()).keySets.x509, now);
      return current === null ? undefined : (current.notAfter.getTime() - now.getTime()) / 1000;
    },
  );
}
