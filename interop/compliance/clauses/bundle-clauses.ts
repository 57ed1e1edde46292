import { X509Certificate } from 'node:crypto';
import type { Clause, Members } from './clause.ts';

export interface BundleDocument {
  readonly keys?: readonly Members[];
  readonly spiffe_sequence?: unknown;
  readonly spiffe_refresh_hint?: unknown;
}

type Document = BundleDocument;
const USES = ['x509-svid', 'jwt-svid', 'wit-svid'];
const keysOf = ({ keys = [] }: Document, use?: string) =>
  keys.filter((key) => use === undefined || key['use'] === use);
const each =
  (use: string | undefined, holds: (key: Members) => boolean) =>
  (document: Document): boolean =>
    keysOf(document, use).every(holds);
/** Each key of the use, changed. */
const changed =
  (use: string, change: Members) =>
  (document: Document): Document => ({
    ...document,
    keys: keysOf(document).map((key) => (key['use'] === use ? { ...key, ...change } : key)),
  });

/** The clauses on a SPIFFE bundle, and those of the three SVIDs on what stands in it. */
export const bundleClauses: readonly Clause<Document>[] = [
  {
    section: '4.1.3',
    says: 'keys is set',
    holds: ({ keys }: Document) => Array.isArray(keys),
    broken: ({ keys: _, ...rest }: Document) => rest,
  },
  {
    section: '4.2.1',
    says: 'each key has a kty',
    holds: each(undefined, ({ kty }) => typeof kty === 'string' && kty !== ''),
    broken: changed('jwt-svid', { kty: undefined }),
  },
  {
    section: '4.2.2',
    says: 'each key has a use, which is one of the three',
    holds: each(undefined, ({ use }) => USES.includes(String(use))),
    broken: changed('jwt-svid', { use: undefined }),
  },
  {
    section: '4.1.1',
    says: 'spiffe_sequence is set, and an integer',
    holds: (document: Document) => isCount(document.spiffe_sequence),
    broken: (document: Document) => ({ ...document, spiffe_sequence: '1' }),
  },
  {
    section: '4.1.2',
    says: 'spiffe_refresh_hint is set, and an integer',
    holds: (document: Document) => isCount(document.spiffe_refresh_hint),
    broken: (document: Document) => ({ ...document, spiffe_refresh_hint: 0.5 }),
  },
  {
    section: '6.1 of X509-SVID',
    says: 'each x509-svid key has one CA certificate in x5c',
    holds: each('x509-svid', ({ x5c }) => Array.isArray(x5c) && x5c.length === 1 && isCaCertificate(x5c[0])),
    broken: changed('x509-svid', { x5c: [] }),
  },
  {
    section: '6.1 of X509-SVID',
    says: 'no x509-svid key has a kid',
    holds: each('x509-svid', ({ kid }) => kid === undefined),
    broken: changed('x509-svid', { kid: 'a' }),
  },
  {
    section: '6.1 of JWT-SVID',
    says: 'each jwt-svid key has a kid',
    holds: each('jwt-svid', ({ kid }) => typeof kid === 'string' && kid !== ''),
    broken: changed('jwt-svid', { kid: undefined }),
  },
  {
    section: '6.1 of WIT-SVID',
    says: 'each wit-svid key has a kid',
    holds: each('wit-svid', ({ kid }) => typeof kid === 'string' && kid !== ''),
    broken: changed('wit-svid', { kid: undefined }),
  },
  {
    section: '6.1 of WIT-SVID',
    says: 'no two keys have the same kid',
    holds: (document: Document) => {
      const ids = keysOf(document).flatMap(({ kid }) => (kid === undefined ? [] : [kid]));
      return new Set(ids).size === ids.length;
    },
    broken: (document: Document) => ({
      ...document,
      keys: [...keysOf(document), ...keysOf(document, 'jwt-svid')],
    }),
  },
].map((clause) => ({ standard: 'Bundle' as const, ...clause }));

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isCaCertificate(base64: unknown): boolean {
  try {
    return new X509Certificate(Buffer.from(String(base64), 'base64')).ca;
  } catch {
    return false;
  }
}
