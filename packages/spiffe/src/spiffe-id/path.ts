import { SpiffeIdInvalid } from './spiffe-id.errors.ts';

/** Checks a path (SPIFFE-ID, section 2.2); the empty path stands for the trust domain itself. */
export function parsePath(path: string): string {
  if (path === '') return path;
  if (path.endsWith('/')) throw new SpiffeIdInvalid('trailing-slash', path);
  for (const segment of path.slice(1).split('/')) checkSegment(segment, path);
  return path;
}

function checkSegment(segment: string, path: string): void {
  if (segment === '') throw new SpiffeIdInvalid('empty-segment', path);
  if (segment === '.' || segment === '..') throw new SpiffeIdInvalid('dot-segment', path);
  if (!/^[a-zA-Z0-9._-]+$/.test(segment)) throw new SpiffeIdInvalid('path-character', path);
}
