import type { LoadArm, Report } from '@blastradius/blast-radius';
import { type ChartLine, type ChartPoint, renderChart } from '../chart.ts';
import { html, type Markup } from '../html.ts';
import { secondsAxis } from '../time-axis.ts';
import { armName } from '../wording.ts';
import { renderFigure, renderKey } from './figures.ts';

type Load = NonNullable<Report['load']>;
type SeriesName = 'latencyMsP99' | 'acceptedPerSecond';

const figures: readonly { name: SeriesName; title: string; caption: string }[] = [
  {
    name: 'latencyMsP99',
    title: '99th percentile of latency, in ms',
    caption: 'Of the accepted requests of each step, all blocks together. Seconds from the rotation, shaded.',
  },
  {
    name: 'acceptedPerSecond',
    title: 'Accepted requests per second',
    caption: 'Mean of the blocks, warm-up left out. What was refused, failed or never sent is missing here.',
  },
];

/** Latency and throughput over a block’s measured time, the arms’ rotations (or marks) at zero. */
export function renderLoadFigures(report: Report, load: Load): Markup {
  const order = Object.keys(report.arms);
  const arms = Object.entries(load.arms).map(([arm, result]) => ({
    arm,
    result,
    armIndex: Math.max(0, order.indexOf(arm)),
  }));
  const drawn = figures.map(({ name, title, caption }) => {
    const lines = arms.map(
      ({ arm, result, armIndex }): ChartLine => ({
        label: armName(arm),
        armIndex,
        points: steps(result, name),
      }),
    );
    const chart = renderChart({
      title,
      lines,
      marks: [{ at: 0, label: 'rotation' }],
      shaded: load.rotationSeconds === null ? null : { from: 0, to: load.rotationSeconds },
      width: 430,
      height: 250,
      labelWidth: 16,
      axis: secondsAxis,
      shows: 'rates',
    });
    return renderFigure({ title, caption }, chart, renderKey(lines));
  });
  return html`<div class="two-charts">${drawn}</div>`;
}

/** Both ends of each step, so that one beside a gap is drawn in its whole length. */
function steps({ series }: LoadArm, name: SeriesName): ChartPoint[] {
  return series[name].flatMap(([second, value]): ChartPoint[] => [
    [second, value],
    [second + series.stepSeconds, value],
  ]);
}
