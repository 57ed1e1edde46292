import { parsePath } from './path.ts';
import { SpiffeIdInvalid } from './spiffe-id.errors.ts';
import { parseTrustDomain } from './trust-domain.ts';

const scheme = 'spiffe://';
/** SPIFFE-ID, section 2.3: 2048 bytes must be supported, and more should not be made. */
const idBytesMax = 2048;

/** A SPIFFE ID. Two are equal when their texts are: nothing is normalised. */
export interface SpiffeId {
  readonly trustDomain: string;
  /** With its leading slash; empty for the ID of a trust domain. */
  readonly path: string;
  toString(): string;
}

/**
 * Parses a SPIFFE ID (SPIFFE-ID, section 2). Strict as go-spiffe is: scheme and trust domain in
 * lower case only, so that one identity has one spelling. Throws SpiffeIdInvalid.
 */
export function parseSpiffeId(text: string): SpiffeId {
  if (text.length > idBytesMax) throw new SpiffeIdInvalid('too-long', text);
  if (!text.startsWith(scheme)) throw new SpiffeIdInvalid('wrong-scheme', text);
  const rest = text.slice(scheme.length);
  const slash = rest.indexOf('/');
  const trustDomain = parseTrustDomain(slash === -1 ? rest : rest.slice(0, slash));
  const path = parsePath(slash === -1 ? '' : rest.slice(slash));
  return Object.freeze({ trustDomain, path, toString: () => text });
}

/** Builds an ID of a path, which begins with a slash or is empty. Throws SpiffeIdInvalid. */
export function spiffeIdFromPath(trustDomain: string, path: string): SpiffeId {
  if (path !== '' && !path.startsWith('/')) throw new SpiffeIdInvalid('no-leading-slash', path);
  return parseSpiffeId(`${scheme}${parseTrustDomain(trustDomain)}${path}`);
}

/**
 * Builds an ID of the segments of its path; none of them can bring a slash of its own in, so that what
 * a stranger names stays in its segment. Throws SpiffeIdInvalid.
 */
export function spiffeIdFromSegments(trustDomain: string, ...segments: readonly string[]): SpiffeId {
  const slashed = segments.find((segment) => segment.includes('/'));
  if (slashed !== undefined) throw new SpiffeIdInvalid('path-character', slashed);
  return spiffeIdFromPath(trustDomain, segments.map((segment) => `/${segment}`).join(''));
}

/** Whether two IDs are the same identity. */
export function isSameSpiffeId(one: SpiffeId, other: SpiffeId): boolean {
  return one.toString() === other.toString();
}
