import { SpiffeIdInvalid } from './spiffe-id.errors.ts';

/** Checks a trust domain's name (SPIFFE-ID, section 2.1): at most 255 of `a-z 0-9 . - _`. */
export function parseTrustDomain(text: string): string {
  if (text === '') throw new SpiffeIdInvalid('empty-trust-domain', text);
  if (text.length > 255) throw new SpiffeIdInvalid('trust-domain-too-long', text);
  if (!/^[a-z0-9._-]+$/.test(text)) throw new SpiffeIdInvalid('trust-domain-character', text);
  return text;
}
