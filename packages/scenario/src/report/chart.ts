import type { SeriesPoint } from '@blastradius/blast-radius';
import { scaleLinear } from 'd3-scale';
import { area, curveStepAfter, line } from 'd3-shape';
import { html, type Markup } from './html.ts';
import { count } from './wording.ts';

export interface ChartLine {
  /** Stands at the line's end with the last value; empty where a key names the lines. */
  readonly label: string;
  /** Chooses colour and dash: `arm-0`, `arm-1`. */
  readonly armIndex: number;
  readonly points: readonly SeriesPoint[];
}

export interface ChartMark {
  readonly minute: number;
  readonly label: string;
}

export interface ChartOptions {
  readonly title: string;
  readonly lines: readonly ChartLine[];
  readonly marks: readonly ChartMark[];
  /** While the credentials' table could be read: leak to first fix. */
  readonly open: { readonly from: number; readonly to: number } | null;
  readonly width: number;
  readonly height: number;
  /** Room on the right for the names at the ends of the lines. */
  readonly labelWidth: number;
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

/** Steps over incident time, with the incident's moments as vertical marks and names at the lines' ends. */
export function renderChart(options: ChartOptions): Markup {
  const { lines, width, height, labelWidth, marks } = options;
  const minutes = lines.flatMap(({ points }) => points.map(([minute]) => minute));
  const [start, end] = [Math.min(...minutes), Math.max(...minutes)];
  const top = marks.length > 0 ? 30 : 10;
  const values = lines.flatMap(({ points }) => points.map(([, value]) => value));
  const y = scaleLinear([0, Math.max(1, ...values)], [height - 28, top]).nice(4);
  const left = Math.max(34, 12 + count(y.domain()[1] ?? 0).length * 7.5);
  const x = scaleLinear([start, end], [left, width - labelWidth]);
  const frame: Frame = { x, y, left, right: width - labelWidth, top, bottom: height - 28 };
  return html`<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="${options.title}">
${openBand(options.open, frame)}
${yAxis(y.ticks(4).filter(Number.isInteger), frame)}
${xAxis(hoursBetween(start, end, frame.right - left), frame)}
${marks.filter(({ minute }) => minute >= start && minute <= end).map((mark) => markLine(mark, frame))}
${lines.map((one) => seriesPath(one, frame))}
${endLabels(lines, frame)}
</svg>`;
}

function openBand(open: ChartOptions['open'], { x, top, bottom }: Frame): Markup | string {
  if (!open) return '';
  return html`<rect class="open" x="${px(x(open.from))}" y="${top}" width="${px(x(open.to) - x(open.from))}" height="${bottom - top}"/>`;
}

function yAxis(ticks: readonly number[], { y, left, right }: Frame): Markup[] {
  return ticks.map(
    (tick) => html`<line class="grid" x1="${left}" x2="${right}" y1="${px(y(tick))}" y2="${px(y(tick))}"/>
<text class="tick" x="${left - 7}" y="${px(y(tick) + 4)}" text-anchor="end">${count(tick)}</text>`,
  );
}

function xAxis(hours: readonly number[], { x, bottom }: Frame): Markup[] {
  return hours.map(
    (
      hour,
    ) => html`<line class="axis" x1="${px(x(hour * 60))}" x2="${px(x(hour * 60))}" y1="${bottom}" y2="${bottom + 4}"/>
<text class="tick" x="${px(x(hour * 60))}" y="${bottom + 18}" text-anchor="middle">${hourLabel(hour)}</text>`,
  );
}

function hoursBetween(start: number, end: number, width: number): number[] {
  const [first, last] = [Math.ceil(start / 60), Math.floor(end / 60)];
  const step = [1, 2, 3, 6, 12, 24, 48].find((hours) => ((last - first) / hours) * 36 <= width) ?? 96;
  return Array.from({ length: last - first + 1 }, (_, i) => first + i).filter((hour) => hour % step === 0);
}

const hourLabel = (hour: number) => (hour === 0 ? '0' : `${hour < 0 ? '−' : ''}${Math.abs(hour)} h`);

function markLine({ minute, label }: ChartMark, { x, top, bottom }: Frame): Markup {
  const at = px(x(minute));
  return html`<line class="mark" x1="${at}" x2="${at}" y1="${top - 6}" y2="${bottom}"/>
<text class="mark-label" x="${at}" y="${top - 12}" text-anchor="middle">${label}</text>`;
}

function seriesPath({ points, armIndex }: ChartLine, { x, y, bottom }: Frame): Markup {
  const stroke = line<SeriesPoint>(
    ([minute]) => x(minute),
    ([, value]) => y(value),
  ).curve(curveStepAfter);
  const fill = area<SeriesPoint>(
    ([minute]) => x(minute),
    () => bottom,
    ([, value]) => y(value),
  ).curve(curveStepAfter);
  return html`<path class="fill arm-${armIndex}" d="${fill.digits(1)([...points]) ?? ''}"/>
<path class="line arm-${armIndex}" d="${stroke.digits(1)([...points]) ?? ''}"/>`;
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
