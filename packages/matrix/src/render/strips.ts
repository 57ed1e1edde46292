import { html, type Markup } from '@blastradius/scenario';

/** What a strip shows: the value from each minute on, until the next one. */
export type Steps = readonly (readonly [minute: number, value: number])[];

export interface Strip {
  readonly label: string;
  readonly steps: Steps;
  /** Stands at its end, in words: the picture alone is no number. */
  readonly summary: string;
}

export interface StripsOptions {
  readonly title: string;
  readonly strips: readonly Strip[];
  /** The value that is as dark as can be. */
  readonly full: number;
}

const [WIDTH, LEFT, RIGHT] = [640, 118, 150];
const ROW = 19;
const DARKEST = 0.85;

/** A strip for each line, the darker the more: a dozen lines over each other can't be told apart. */
export function renderStrips({ title, strips, full }: StripsOptions): Markup {
  const minutes = strips.flatMap(({ steps }) => steps.map(([minute]) => minute));
  const [start, end] = [Math.min(...minutes), Math.max(...minutes)];
  const x = (minute: number) => {
    const share = end === start ? 0 : (minute - start) / (end - start);
    return Math.round((LEFT + share * (WIDTH - LEFT - RIGHT)) * 10) / 10;
  };
  const bottom = strips.length * ROW;
  const rows = strips.map(({ label, steps, summary }, index) => {
    const top = index * ROW;
    const boxes = spans(steps).map(
      ({ from, until, value }) =>
        html`<rect x="${x(from)}" y="${top + 2}" width="${Math.max(1, x(until) - x(from))}" height="${ROW - 4}" style="fill-opacity: ${Math.round((value / full) * DARKEST * 100) / 100}"/>`,
    );
    const [last] = steps.at(-1) ?? [start];
    return html`<text x="${LEFT - 8}" y="${top + 14}" text-anchor="end">${label}</text><line class="grid" x1="${LEFT}" x2="${x(last)}" y1="${top + ROW - 2}" y2="${top + ROW - 2}"/>${boxes}<text x="${WIDTH - RIGHT + 8}" y="${top + 14}">${summary}</text>`;
  });
  const marks = ticks(start, end).map(
    (at) =>
      html`<line class="axis" x1="${x(at)}" x2="${x(at)}" y1="${bottom}" y2="${bottom + 4}"/><text x="${x(at)}" y="${bottom + 17}" text-anchor="middle">${at < 0 ? '−' : ''}${Math.abs(at)}</text>`,
  );
  return html`<svg class="chart strips" viewBox="0 0 ${WIDTH} ${bottom + 22}" role="img" aria-label="${title}">${rows}<line class="axis" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${bottom}" y2="${bottom}"/>${marks}</svg>`;
}

/** Those in which there is something. */
function spans(steps: Steps) {
  return steps.flatMap(([from, value], index) => {
    const [until] = steps[index + 1] ?? [from];
    return value > 0 && until > from ? [{ from, until, value }] : [];
  });
}

function ticks(start: number, end: number): number[] {
  const step = end - start > 200 ? 60 : 20;
  const first = Math.ceil(start / step) * step;
  return Array.from(
    { length: Math.max(0, Math.floor((end - first) / step) + 1) },
    (_, index) => first + index * step,
  );
}
