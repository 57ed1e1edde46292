import type { SpiffeId } from '../spiffe-id/spiffe-id.ts';

/** Says whether a peer whose SVID has already been verified may go on. */
export type Authorizer = (id: SpiffeId) => boolean;

export function authorizeId(expected: SpiffeId): Authorizer {
  const text = expected.toString();
  return (id) => id.toString() === text;
}

export function authorizeMemberOf(trustDomain: string): Authorizer {
  return (id) => id.trustDomain === trustDomain;
}

export function authorizeAny(): Authorizer {
  return () => true;
}
