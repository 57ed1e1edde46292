import { X509Certificate } from 'node:crypto';
import { type AuthorityView, issuerAdministration } from '@blastradius/contracts';
import type { z } from 'zod';
import { authorityStates, hasNotBegun } from './authority-states.ts';
import type { RevokedAuthority, StoredAuthority } from './authority-store.ts';
import { keyIdOf } from './key-id.ts';
import type { RotationOrder } from './rotation-order.ts';
import type { TrustDomainState } from './trust-domain-state.ts';

const kinds = issuerAdministration.keySetKind.options;

type Answer = z.infer<typeof issuerAdministration.authoritiesAnswer>;

/** Every key of every key set, for the operator: its state, its name and its times, and no private key. */
export function showAuthorities(state: TrustDomainState, now: Date): Answer {
  const authorities = [...state.authorities, ...state.revoked].map((authority) => {
    const keySet = state.authorities.filter(({ kind }) => kind === authority.kind);
    return view(authority, stateOf(authority, keySet, now));
  });
  const { bundle, sequence, orders } = state;
  return {
    trustDomain: bundle.trustDomain,
    bundleSequence: sequence,
    authorities: authorities.toSorted(byKindThenAge),
    rotations: orders.map(rotationView),
  };
}

function byKindThenAge(a: AuthorityView, b: AuthorityView): number {
  return kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || a.preparedAt.localeCompare(b.preparedAt);
}

function rotationView({ authorityIds, ...order }: RotationOrder): Answer['rotations'][number] {
  return {
    ...order,
    kinds: kinds.filter((kind) => kind in authorityIds),
    orderedAt: order.orderedAt.toISOString(),
    activateAt: order.activateAt.toISOString(),
    finishedAt: order.finishedAt?.toISOString() ?? null,
  };
}

function stateOf(
  authority: StoredAuthority | RevokedAuthority,
  keySet: readonly StoredAuthority[],
  now: Date,
): AuthorityView['state'] {
  if ('revokedAt' in authority) return 'revoked';
  const { next, current, expired } = authorityStates(keySet, now);
  if (expired.includes(authority)) return 'ended';
  if (authority === current) return 'current';
  if (authority.taintedAt !== null) return 'tainted';
  if (authority.hasKey && hasNotBegun(authority, now)) return 'not-begun';
  if (authority === next || authority.activatedAt === null) return 'next';
  return 'previous';
}

function view(authority: StoredAuthority | RevokedAuthority, state: AuthorityView['state']): AuthorityView {
  const { kind, published } = authority;
  return {
    kind,
    keyId: keyIdOf(authority) ?? '',
    ...(kind === 'x509' ? { serial: new X509Certificate(published).serialNumber.toLowerCase() } : {}),
    state,
    notBefore: authority.notBefore.toISOString(),
    notAfter: authority.notAfter.toISOString(),
    preparedAt: authority.preparedAt.toISOString(),
    activatedAt: authority.activatedAt?.toISOString() ?? null,
    taintedAt: authority.taintedAt?.toISOString() ?? null,
    revokedAt: 'revokedAt' in authority ? authority.revokedAt.toISOString() : null,
  };
}
