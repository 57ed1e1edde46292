export interface Tick {
  readonly at: number;
  readonly label: string;
}

/** Where the time axis from `start` to `end` has its ticks, if it is so many pixels wide. */
export type TimeAxis = (start: number, end: number, width: number) => Tick[];

const pixelsPerTick = 36;

/** Minutes of the incident, labelled in hours. */
export const hoursAxis: TimeAxis = (start, end, width) =>
  multiplesBetween([start / 60, end / 60], [1, 2, 3, 6, 12, 24, 48, 96], width).map((hour) => ({
    at: hour * 60,
    label: labelOf(hour, 'h'),
  }));

/** Seconds from some moment of a block under load. */
export const secondsAxis: TimeAxis = (start, end, width) =>
  multiplesBetween([start, end], [1, 2, 5, 10, 20, 30, 60, 120, 300], width).map((second) => ({
    at: second,
    label: labelOf(second, 's'),
  }));

function multiplesBetween([start, end]: [number, number], steps: readonly number[], width: number): number[] {
  const [first, last] = [Math.ceil(start), Math.floor(end)];
  const step = steps.find((one) => ((last - first) / one) * pixelsPerTick <= width) ?? steps.at(-1) ?? 1;
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i).filter(
    (at) => at % step === 0,
  );
}

const labelOf = (value: number, unit: string) =>
  value === 0 ? '0' : `${value < 0 ? '−' : ''}${Math.abs(value)} ${unit}`;
