import type { HeaderField } from './hpack-decoder.ts';

/** What nghttp2 takes in an authority: RFC 3986, 3.2 without userinfo, and without a look at its structure. */
const TAKEN = /^[A-Za-z0-9\-._~%!$&'()*+,;=:[\]]+$/;
const REPLACEMENT = 'localhost';

/** Whether Node's HTTP/2 would refuse the request for the sake of its authority alone. */
export function isAuthorityRefused(fields: readonly HeaderField[]): boolean {
  return isAuthorityMissing(fields) || fields.some(isRefused);
}

/**
 * The same fields with `localhost` where an authority would be refused, or is not there. What it named
 * is no loss: a Unix socket has one server, and who calls it is told by the kernel.
 */
export function repairAuthority(fields: readonly HeaderField[]): readonly HeaderField[] {
  if (isAuthorityMissing(fields)) {
    return [{ name: ':authority', value: REPLACEMENT, isSensitive: false }, ...fields];
  }
  return fields.map((field) => (isRefused(field) ? { ...field, value: REPLACEMENT } : field));
}

/** Only a request has an authority; trailers have none. */
function isAuthorityMissing(fields: readonly HeaderField[]): boolean {
  return fields.some(({ name }) => name === ':method') && !fields.some(namesAuthority);
}

function isRefused(field: HeaderField): boolean {
  return namesAuthority(field) && !TAKEN.test(field.value);
}

function namesAuthority({ name }: HeaderField): boolean {
  return name === ':authority' || name === 'host';
}
