import type { AuthorityView, issuerAdministration } from '@blastradius/contracts';
import type { z } from 'zod';

type Authorities = z.infer<typeof issuerAdministration.authoritiesAnswer>;

/** The keys of each key set, oldest first, and the rotations that are under way. */
export function showAuthorities({
  trustDomain,
  bundleSequence,
  authorities,
  rotations,
}: Authorities): string {
  const kinds = [...new Set(authorities.map(({ kind }) => kind))];
  const sets = kinds.map((kind) => {
    const lines = authorities.filter((one) => one.kind === kind).map(line);
    return `${kind}\n${lines.join('')}`;
  });
  const open = rotations
    .filter(({ phase }) => phase === 'publishing')
    .map(({ kinds: rotated, activateAt, orderedBy }) => {
      return `rotation of ${rotated.join(', ')}: the next keys sign at ${activateAt} (ordered at ${orderedBy})\n`;
    });
  return [`${trustDomain}, bundle ${bundleSequence}\n`, ...sets, ...open].join('');
}

function line(authority: AuthorityView): string {
  const { state, keyId, preparedAt, notAfter } = authority;
  const times = [
    `prepared ${preparedAt}`,
    ...since('activated', authority.activatedAt),
    ...since('tainted', authority.taintedAt),
    ...since('revoked', authority.revokedAt),
    ...(state === 'not-begun' ? [`begins ${authority.notBefore}: the issuer's clock was ahead`] : []),
    `ends ${notAfter}`,
  ];
  return `  ${state.padEnd(9)} ${keyId}  ${times.join(', ')}\n`;
}

function since(what: string, at: string | null): string[] {
  return at === null ? [] : [`${what} ${at}`];
}
