/** What the captures of a policy's selectors have taken so far. */
export type Captures = Readonly<Record<string, string>>;

const placeholder = /\{([A-Za-z][A-Za-z0-9]*)\}/g;

/** The names in `{...}`, in their order. */
export function placeholdersOf(text: string): string[] {
  return [...text.matchAll(placeholder)].flatMap(([, name]) => (name === undefined ? [] : [name]));
}

/** A selector of a policy, ready to be held against attested selectors. */
export interface SelectorPattern {
  /** Undefined where it captures: else the one selector that it matches. */
  readonly literal: string | undefined;
  /** What stands before the first capture: every selector that it matches begins so. */
  readonly prefix: string;
  /** What the selector captures; null where it does not match. */
  match(selector: string): Captures | null;
}

/** Compiles a selector; each `{name}` takes one segment of [A-Za-z0-9._-]+, all else is literal. */
export function compileSelector(text: string): SelectorPattern {
  const names = placeholdersOf(text);
  if (names.length === 0)
    return { literal: text, prefix: text, match: (selector) => (selector === text ? {} : null) };
  const literals = text
    .split(/\{[A-Za-z][A-Za-z0-9]*\}/)
    .map((part) => part.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
  const pattern = new RegExp(`^${literals.join('([A-Za-z0-9._-]+)')}$`);
  return {
    literal: undefined,
    prefix: text.slice(0, text.indexOf(`{${names[0]}}`)),
    match: (selector) => {
      const values = pattern.exec(selector)?.slice(1);
      return values === undefined ? null : mergeCaptures(names, values);
    },
  };
}

/** The same name twice has to have taken the same value. */
function mergeCaptures(names: readonly string[], values: readonly string[]): Captures | null {
  return names.reduce<Captures | null>((captures, name, index) => {
    return captures && agree(captures, { [name]: values[index] ?? '' });
  }, {});
}

/** Both together, or null where they contradict each other. */
export function agree(one: Captures, other: Captures): Captures | null {
  const contradicts = Object.entries(other).some(([name, value]) => (one[name] ?? value) !== value);
  return contradicts ? null : { ...one, ...other };
}
