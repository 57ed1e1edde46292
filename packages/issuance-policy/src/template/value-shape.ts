import { CLAIM_VALUE_BYTES_MAX } from '@blastradius/pki';
import type { TemplatePart } from './parse-template.ts';

/** What a value has to look like to be put in its place. */
export interface ValueShape {
  /** What places must not share, lest two pairs of values make one text; undefined where it is the whole text. */
  readonly separator: string | undefined;
  readonly accepts: (value: string) => boolean;
  /** For who reads why nothing was granted. */
  readonly says: string;
}

/** SPIFFE-ID, section 2.2: what can stand in one segment of a path and nowhere else. */
export const pathSegment: ValueShape = {
  separator: '/',
  accepts: (value) => /^[A-Za-z0-9._-]+$/.test(value) && value !== '.' && value !== '..',
  says: 'one segment of a path (A-Z a-z 0-9 . _ -, and neither . nor ..)',
};

/** Names are compared without regard to case: in upper case two values could be one name. */
export const dnsLabel: ValueShape = {
  separator: '.',
  accepts: (value) => /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(value),
  says: 'one label of a DNS name, in lower case',
};

export const claimText: ValueShape = {
  separator: undefined,
  accepts: (value) =>
    value !== '' && Buffer.byteLength(value) <= CLAIM_VALUE_BYTES_MAX && !/\p{C}/u.test(value),
  says: `a text of at most ${CLAIM_VALUE_BYTES_MAX} bytes without control characters`,
};

/** The place that shares its piece with another, in a template where each needs a piece of its own. */
export function crowdedPlace(parts: readonly TemplatePart[], { separator }: ValueShape): number | undefined {
  let taken = false;
  for (const part of parts) {
    if (part.kind === 'text') {
      if (separator !== undefined && part.text.includes(separator)) taken = false;
    } else if (part.name !== 'trustDomain') {
      if (taken) return part.offset;
      taken = true;
    }
  }
  return undefined;
}
