import type { Clause } from './clause.ts';

/** The clauses on a SPIFFE ID, read off the text alone. */
export const spiffeIdClauses: readonly Clause<string>[] = [
  {
    section: '2',
    says: 'the scheme is spiffe',
    holds: (id: string) => id.startsWith('spiffe://'),
    broken: (id: string) => id.replace('spiffe', 'https'),
  },
  {
    section: '2',
    says: 'there is neither query nor fragment',
    holds: (id: string) => !/[?#]/.test(id),
    broken: (id: string) => `${id}?x=1`,
  },
  {
    section: '2.1',
    says: 'the trust domain is not empty',
    holds: (id: string) => trustDomainOf(id) !== '',
    broken: () => 'spiffe:///a',
  },
  {
    section: '2.1',
    says: 'there is no userinfo',
    holds: (id: string) => !authorityOf(id).includes('@'),
    broken: (id: string) => id.replace('://', '://u@'),
  },
  {
    section: '2.1',
    says: 'there is no port',
    holds: (id: string) => !authorityOf(id).includes(':'),
    broken: (id: string) => id.replace(authorityOf(id), `${authorityOf(id)}:8080`),
  },
  {
    section: '2.1',
    says: 'the trust domain is of lower case',
    holds: (id: string) => !/[A-Z]/.test(trustDomainOf(id)),
    broken: (id: string) => id.replace(authorityOf(id), authorityOf(id).toUpperCase()),
  },
  {
    section: '2.1',
    says: 'the trust domain has its characters alone',
    holds: (id: string) => /^[a-z0-9._-]+$/.test(trustDomainOf(id)),
    broken: (id: string) => id.replace('://', '://t$'),
  },
  {
    section: '2.2',
    says: 'the path has no percent-encoding',
    holds: (id: string) => !pathOf(id).includes('%'),
    broken: (id: string) => `${id}/%41`,
  },
  {
    section: '2.2',
    says: 'the path has no empty segment and no dot segments',
    holds: (id: string) => !/\/(\.{0,2})(\/|$)/.test(pathOf(id).replace(/\/$/, '')),
    broken: (id: string) => `${id}/../a`,
  },
  {
    section: '2.2',
    says: 'the path does not end in a slash',
    holds: (id: string) => !pathOf(id).endsWith('/'),
    broken: (id: string) => `${id}/`,
  },
  {
    section: '2.2',
    says: 'the path has its characters alone',
    holds: (id: string) => /^[a-zA-Z0-9/._-]*$/.test(pathOf(id)),
    broken: (id: string) => `${id}/a!b`,
  },
  {
    section: '2.3',
    says: 'the ID has 2048 bytes at most',
    holds: (id: string) => id.length <= 2048,
    broken: (id: string) => `${id}/${'a'.repeat(2048)}`,
  },
  {
    section: '2.3',
    says: 'the trust domain has 255 bytes at most',
    holds: (id: string) => trustDomainOf(id).length <= 255,
    broken: (id: string) => id.replace('://', `://${'a'.repeat(255)}`),
  },
].map((clause) => ({ standard: 'SPIFFE-ID' as const, ...clause }));

export const pathOf = (id: string) => /^[^:]*:\/\/[^/?#]*([^?#]*)/.exec(id)?.[1] ?? '';
const authorityOf = (id: string) => /^[^:]*:\/\/([^/?#]*)/.exec(id)?.[1] ?? '';
const trustDomainOf = (id: string) => authorityOf(id).replace(/^.*@/, '').replace(/:\d*$/, '');
