/** Bytes of base64url as RFC 7515 wants it: no padding, no other characters, no spare bits. */
export function fromBase64url(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}
