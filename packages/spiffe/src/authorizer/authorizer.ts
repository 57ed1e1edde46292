import type { SpiffeId } from '../spiffe-id/spiffe-id.ts';

/** Says whether a peer whose SVID has already been verified may go on. */
export type Authorizer = (id: SpiffeId) => boolean;

export function authorizeId(expected: SpiffeId): Authorizer {
  return authorizeOneOf([expected]);
}

export function authorizeOneOf(expected: readonly SpiffeId[]): Authorizer {
  const texts: ReadonlySet<string> = new Set(expected.map((id) => id.toString()));
  return (id) => texts.has(id.toString());
}

export function authorizeMemberOf(trustDomain: string): Authorizer {
  return (id) => id.trustDomain === trustDomain;
}

/** Whoever the predicate takes; one that throws lets nobody pass. */
export function authorizeMatching(predicate: (id: SpiffeId) => boolean): Authorizer {
  return (id) => {
    try {
      return predicate(id) === true;
    } catch {
      return false;
    }
  };
}

export function authorizeAny(): Authorizer {
  return () => true;
}
