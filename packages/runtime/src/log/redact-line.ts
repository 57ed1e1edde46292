const CENSOR = '[redacted]';

/** The names that secrets go by, as `nameOf` spells them. */
const SECRET_NAMES: ReadonlySet<string> = new Set([
  'authorization',
  'apikey',
  'cookie',
  'jointoken',
  'jwt',
  'key',
  'keyencryptionkey',
  'keypem',
  'password',
  'privatekey',
  'privatekeypem',
  'proxyauthorization',
  'secret',
  'secretkey',
  'setcookie',
  'token',
  'x509svidkey',
]);

/** The shapes that give a secret away in the middle of a text, and what is left of each. */
const SECRET_SHAPES: readonly [RegExp, string][] = [
  [/\b(moltbook_(?:sk|claim)_|sb_secret_)[\w-]+/g, `$1${CENSOR}`],
  [/\b(Bearer|Basic) [\w.~+/=-]+/gi, `$1 ${CENSOR}`],
  [/\b(\w+:\/\/[^\s:/@]+):[^\s/@]+@/g, `$1:${CENSOR}@`],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, CENSOR],
  [/-----BEGIN ([A-Z ]*PRIVATE KEY)-----[\s\S]*?(?:-----END \1-----|$)/g, CENSOR],
];

/**
 * A line of JSON with every secret blanked: whatever stands under a secret's name, at any depth,
 * and what looks like one inside a text. The whole line is read, so that an error's own fields and
 * its message are covered as well. Lines of the log are few, and the price of this is microseconds.
 */
export function redactLine(line: string): string {
  return `${JSON.stringify(JSON.parse(line), redactValue)}\n`;
}

function redactValue(name: string, value: unknown): unknown {
  if (value !== null && SECRET_NAMES.has(nameOf(name))) return CENSOR;
  if (typeof value !== 'string') return value;
  return SECRET_SHAPES.reduce((text, [shape, rest]) => text.replace(shape, rest), value);
}

/** `api_key`, `apiKey` and `API-KEY` are one name. */
function nameOf(name: string): string {
  return name.replace(/[-_]/g, '').toLowerCase();
}
