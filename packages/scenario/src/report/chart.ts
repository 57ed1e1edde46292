import { scaleLinear } from 'd3-scale';
import { area, curveStepAfter, line } from 'd3-shape';
import { html, type Markup } from './html.ts';
import { hoursAxis, type Tick, type TimeAxis } from './time-axis.ts';
import { count } from './wording.ts';

/** A moment and the value from then on; null where there is none. */
export type ChartPoint = readonly [number, number | null];

export interface ChartLine {
  /** Stands at the line's end with the last value; empty where a key names the lines. */
  readonly label: string;
  /** Chooses colour and dash: `arm-0`, `arm-1`. */
  readonly armIndex: number;
  readonly points: readonly ChartPoint[];
}

export interface ChartMark {
  readonly at: number;
  readonly label: string;
}

export interface ChartOptions {
  readonly title: string;
  readonly lines: readonly ChartLine[];
  readonly marks: readonly ChartMark[];
  /** A time that the caption explains. */
  readonly shaded: { readonly from: number; readonly to: number } | null;
  readonly width: number;
  readonly height: number;
  /** Room on the right for the names at the ends of the lines. */
  readonly labelWidth: number;
  /** Incident hours, unless told otherwise. */
  readonly axis?: TimeAxis;
  /** Totals are filled and have their last values at the lines' ends; rates have neither. */
  readonly shows?: 'totals' | 'rates';
}

type Scale = (value: number) => number;
interface Frame {
  readonly x: Scale;
  readonly y: Scale;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Steps over time, with its moments as vertical marks and names at the lines' ends. */
export function renderChart(options: ChartOptions): Markup {
  const { lines, width, height, labelWidth, marks, axis = hoursAxis, shows = 'totals' } = options;
  const moments = lines.flatMap(({ points }) => points.map(([moment]) => moment));
  const [start, end] = [Math.min(...moments), Math.max(...moments)];
  const top = marks.length > 0 ? 30 : 10;
  const values = lines.flatMap(({ points }) => points.map(([, value]) => value ?? 0));
  const y = scaleLinear([0, Math.max(1, ...values)], [height - 28, top]).nice(4);
  const left = Math.max(34, 12 + count(y.domain()[1] ?? 0).length * 7.5);
  const x = scaleLinear([start, end], [left, width - labelWidth]);
  const frame: Frame = { x, y, left, right: width - labelWidth, top, bottom: height - 28 };
  return html`<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="${options.title}">
${shade(options.shaded, frame)}
${yAxis(y.ticks(4).filter(Number.isInteger), frame)}
${xAxis(axis(start, end, frame.right - left), frame)}
${together(marks.filter(({ at }) => at >= start && at <= end)).map((mark) => markLine(mark, frame))}
${shows === 'totals' ? lines.map((one) => seriesFill(one, frame)) : ''}
${lines.map((one) => seriesLine(one, frame))}
${shows === 'totals' ? endLabels(lines, frame) : ''}
</svg>`;
}

function shade(shaded: ChartOptions['shaded'], { x, top, bottom }: Frame): Markup | string {
  if (!shaded) return '';
  return html`<rect class="shaded" x="${px(x(shaded.from))}" y="${top}" width="${px(x(shaded.to) - x(shaded.from))}" height="${bottom - top}"/>`;
}

function yAxis(ticks: readonly number[], { y, left, right }: Frame): Markup[] {
  return ticks.map(
    (tick) => html`<line class="grid" x1="${left}" x2="${right}" y1="${px(y(tick))}" y2="${px(y(tick))}"/>
<text class="tick" x="${left - 7}" y="${px(y(tick) + 4)}" text-anchor="end">${count(tick)}</text>`,
  );
}

function xAxis(ticks: readonly Tick[], { x, bottom }: Frame): Markup[] {
  return ticks.map(
    ({
      at,
      label,
    }) => html`<line class="axis" x1="${px(x(at))}" x2="${px(x(at))}" y1="${bottom}" y2="${bottom + 4}"/>
<text class="tick" x="${px(x(at))}" y="${bottom + 18}" text-anchor="middle">${label}</text>`,
  );
}

/** What happens in the same minute has one line, with all its names. */
function together(marks: readonly ChartMark[]): ChartMark[] {
  return [...Map.groupBy(marks, ({ at }) => at)].map(([at, same]) => ({
    at,
    label: same.map(({ label }) => label).join(', '),
  }));
}

function markLine({ at, label }: ChartMark, { x, top, bottom }: Frame): Markup {
  const where = px(x(at));
  return html`<line class="mark" x1="${where}" x2="${where}" y1="${top - 6}" y2="${bottom}"/>
<text class="mark-label" x="${where}" y="${top - 12}" text-anchor="middle">${label}</text>`;
}

const hasValue = ([, value]: ChartPoint) => value !== null;

function seriesFill({ points, armIndex }: ChartLine, { x, y, bottom }: Frame): Markup {
  const fill = area<ChartPoint>(
    ([moment]) => x(moment),
    () => bottom,
    ([, value]) => y(value ?? 0),
  ).defined(hasValue);
  return html`<path class="fill arm-${armIndex}" d="${fill.curve(curveStepAfter).digits(1)([...points]) ?? ''}"/>`;
}

function seriesLine({ points, armIndex }: ChartLine, { x, y }: Frame): Markup {
  const stroke = line<ChartPoint>(
    ([moment]) => x(moment),
    ([, value]) => y(value ?? 0),
  ).defined(hasValue);
  return html`<path class="line arm-${armIndex}" d="${stroke.curve(curveStepAfter).digits(1)([...points]) ?? ''}"/>`;
}

/** Names at the lines' ends, pushed apart where the lines end close to each other. */
function endLabels(lines: readonly ChartLine[], { y, right, bottom }: Frame): Markup[] {
  const ends = lines
    .map((one) => ({ ...one, value: one.points.at(-1)?.[1] ?? 0 }))
    .map((one) => ({ ...one, at: y(one.value) }))
    .sort((a, b) => b.at - a.at || a.armIndex - b.armIndex);
  let free = bottom + 2;
  return ends.map(({ label, armIndex, value, at }) => {
    const baseline = Math.min(at + 4, free);
    free = baseline - 17;
    const name = label === '' ? '' : `${label} `;
    return html`<text class="end arm-${armIndex}" x="${right + 8}" y="${px(baseline)}">${name}<tspan class="end-value">${count(value)}</tspan></text>`;
  });
}

const px = (value: number) => Math.round(value * 10) / 10;
