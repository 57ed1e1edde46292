import type { HeaderField } from './hpack-decoder.ts';

/** What nghttp2 takes in an authority: RFC 3986, 3.2 without a check of its structure. */
const TAKEN = /^[A-Za-z0-9\-._~%!$&'()*+,;=:@[\]]+$/;
const REPLACEMENT = 'localhost';

/** Whether Node's HTTP/2 would refuse the request for the sake of its authority alone. */
export function isAuthorityRefused(fields: readonly HeaderField[]): boolean {
  return fields.some(isRefused);
}

/**
 * The same fields with `localhost` where an authority would be refused. What it named is no loss:
 * a Unix socket has one server, and who calls it is told by the kernel.
 */
export function repairAuthority(fields: readonly HeaderField[]): readonly HeaderField[] {
  return fields.map((field) => (isRefused(field) ? { ...field, value: REPLACEMENT } : field));
}

function isRefused({ name, value }: HeaderField): boolean {
  return (name === ':authority' || name === 'host') && !TAKEN.test(value);
}
