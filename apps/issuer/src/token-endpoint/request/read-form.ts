import { TokenRequestRefused } from '../token-endpoint.errors.ts';

/** More than any request has; a stranger must not make us sort without end. */
const parametersMax = 64;
/** RFC 8707, section 2, and RFC 8693, section 2.1: these alone may occur more than once. */
const repeatable: ReadonlySet<string> = new Set(['resource', 'audience']);

/** The parameters of a form (RFC 6749, appendix B), each with all of its values in their order. */
export type Form = ReadonlyMap<string, readonly string[]>;

/**
 * Reads the body of a token request. A parameter without a value counts as left out (RFC 6749, section
 * 3.2); one that occurs twice is refused, since another reader might take the other one. Throws
 * `TokenRequestRefused`.
 */
export function readForm(body: Uint8Array): Form {
  const form = new Map<string, string[]>();
  const parameters = [...new URLSearchParams(decode(body))];
  if (parameters.length > parametersMax) throw refused('too-many-parameters');
  for (const [name, value] of parameters) {
    const values = form.get(name) ?? [];
    if (values.length > 0 && !repeatable.has(name)) throw refused('parameter-repeated');
    form.set(name, [...values, value]);
  }
  return new Map([...form].filter(([, values]) => values.some((value) => value !== '')));
}

/** The value of a parameter that occurs once; undefined where it was left out. */
export function soleValue(form: Form, name: string): string | undefined {
  return form.get(name)?.[0];
}

/** Percent-escapes that are no UTF-8 are read as the replacement character, and nothing compares equal to it. */
function decode(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch (cause) {
    throw new TokenRequestRefused('invalid_request', 'token-request.not-utf-8', { cause });
  }
}

function refused(reason: string): TokenRequestRefused {
  return new TokenRequestRefused('invalid_request', `token-request.${reason}`);
}
