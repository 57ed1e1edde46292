import { DomainError } from '@blastradius/kernel';

/** A text that is no JSON, or one that readers would not agree on. */
export class JsonInvalid extends DomainError {
  readonly code = 'json.invalid';
  readonly category = 'invalid';
}

/** Far deeper than any bundle or token is, and far from what makes a reader slow. */
const depthMax = 32;
/** Members that hold 64-bit integers: a JavaScript number would round them. */
const integerMembers: ReadonlySet<string> = new Set(['spiffe_sequence', 'spiffe_refresh_hint']);

/** A name may be written with escapes as well. */
const mayHoldIntegers = /spiffe_|\\/;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Parses JSON that a stranger wrote. A member that occurs twice is refused, since JSON.parse takes
 * the last one and others take the first. The integers of a bundle (SPIFFE Trust Domain and Bundle,
 * 4.1) come as bigint where they are written as integers, and unchanged where they are not.
 */
export function parseJson(source: string | Uint8Array): unknown {
  try {
    const text = typeof source === 'string' ? source : utf8.decode(source);
    refuseRepeatedMembers(text);
    // Being asked about each member makes reading a token take three times as long.
    return mayHoldIntegers.test(text)
      ? JSON.parse(text, reviveInteger as (key: string, value: unknown) => unknown)
      : JSON.parse(text);
  } catch (cause) {
    if (cause instanceof JsonInvalid) throw cause;
    throw new JsonInvalid('the text is no JSON', { cause });
  }
}

export function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function reviveInteger(key: string, value: unknown, { source }: { source?: string }): unknown {
  const isInteger = typeof value === 'number' && source !== undefined && /^(0|[1-9]\d{0,19})$/.test(source);
  return isInteger && integerMembers.has(key) ? BigInt(source) : value;
}

/** A member's name is the string that stands before a colon; what is no JSON fails at JSON.parse. */
function refuseRepeatedMembers(text: string): void {
  const open: Set<string>[] = [];
  for (const [, name, bracket] of text.matchAll(
    /("(?:[^"\\]|\\.)*")(?=\s*:)|"(?:[^"\\]|\\.)*"|([{}[\]])/gs,
  )) {
    if (name !== undefined)
      addMember(open.at(-1), name.includes('\\') ? JSON.parse(name) : name.slice(1, -1));
    if (bracket === '{' || bracket === '[') open.push(new Set());
    if (bracket === '}' || bracket === ']') open.pop();
    if (open.length > depthMax) throw new JsonInvalid('the JSON is nested too deeply');
  }
}

function addMember(members: Set<string> | undefined, name: string): void {
  if (members?.has(name)) throw new JsonInvalid('a member of the JSON occurs twice');
  members?.add(name);
}
