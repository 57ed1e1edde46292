import type { ArmResult, Report } from '@blastradius/blast-radius';
import type { ChartLine, ChartMark, ChartOptions } from './chart.ts';
import { armName } from './wording.ts';

type SeriesName = keyof ArmResult['series'];

/** A line for each arm of one of the report's series. */
export function armLines(report: Report, name: SeriesName): ChartLine[] {
  return Object.entries(report.arms).map(([arm, { series }], armIndex) => ({
    label: armName(arm),
    armIndex,
    points: series[name],
  }));
}

/** Leak to first fix, of the first arm that had a leak. */
export function openTime(report: Report): ChartOptions['shaded'] {
  for (const { milestones } of Object.values(report.arms)) {
    const { leakMinute, holeClosedMinute, endMinute } = milestones;
    if (leakMinute !== null) return { from: leakMinute, to: holeClosedMinute ?? endMinute };
  }
  return null;
}

/** Leak, report, fixes and reset; short words, because fixes follow each other closely. */
export function allMarks(report: Report): ChartMark[] {
  const open = openTime(report);
  const fixes = report.timeline.filter(({ event }) => event === 'fix');
  const marks = report.timeline.flatMap((mark): ChartMark[] => {
    if (mark.event === 'report') return [{ at: mark.minute, label: 'report' }];
    if (mark.event === 'key-reset') return [{ at: mark.minute, label: 'keys reset' }];
    if (mark.event !== 'fix') return [];
    const number = fixes.indexOf(mark) + 1;
    return [{ at: mark.minute, label: number === 1 ? 'fix 1' : String(number) }];
  });
  return open ? [{ at: open.from, label: 'leak' }, ...marks] : marks;
}

/** For small charts: where the leak ends and where recovery begins. */
export function mainMarks(report: Report): ChartMark[] {
  return allMarks(report).filter(({ label }) => ['leak', 'fix 1', 'keys reset'].includes(label));
}
