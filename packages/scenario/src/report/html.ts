/** Markup that is safe to put into a page: made by `html`, or by nobody. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Value = Markup | string | number | readonly (Markup | string)[];

/** Text is escaped, markup of `html` itself is kept; so nothing of a report can become markup. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Markup {
  const pieces = parts.map((part, i) => part + (i < values.length ? render(values[i] ?? '') : ''));
  return new Markup(pieces.join(''));
}

/** For constants of this package only. */
export const trusted = (text: string) => new Markup(text);

function render(value: Value): string {
  if (value instanceof Markup) return value.text;
  if (typeof value === 'object') return value.map(render).join('');
  return escapeText(String(value));
}

function escapeText(text: string): string {
  return text.replace(
    /[&<>"']/g,
    (char) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[char] ?? '',
  );
}
