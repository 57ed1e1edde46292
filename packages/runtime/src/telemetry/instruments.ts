import {
  type Attributes,
  type Meter,
  type MetricOptions,
  metrics,
  type ObservableResult,
} from '@opentelemetry/api';

export interface InstrumentOptions {
  readonly description: string;
  /** In UCUM: `s`, or a noun in braces (`{request}`). */
  readonly unit: string;
}

export interface Counter {
  add(value: number, attributes?: Attributes): void;
}

export interface Histogram {
  record(value: number, attributes?: Attributes): void;
}

/** The bounds that OpenTelemetry recommends for durations of requests, with finer ones below. */
const DURATION_BOUNDS_SECONDS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
];

/** Something that is counted. May be made before telemetry is started, as a constant of a module. */
export function counter(name: string, options: InstrumentOptions): Counter {
  const current = whenAsked((meter) => meter.createCounter(name, options));
  return { add: (value, attributes) => current().add(value, attributes) };
}

/** Durations in seconds, whose counts and percentiles are of interest. */
export function durations(name: string, description: string): Histogram {
  const options: MetricOptions = {
    description,
    unit: 's',
    advice: { explicitBucketBoundaries: DURATION_BOUNDS_SECONDS },
  };
  const current = whenAsked((meter) => meter.createHistogram(name, options));
  return { record: (value, attributes) => current().record(value, attributes) };
}

/**
 * A value that is looked up when metrics are sent, and at no other time; undefined, or an error,
 * means that there is none now. Telemetry has to be started. Returns how to stop it.
 */
export function gauge(
  name: string,
  options: InstrumentOptions,
  read: () => Promise<number | undefined> | number | undefined,
): () => void {
  const instrument = meterNow().createObservableGauge(name, options);
  const observe = async (result: ObservableResult) => {
    const value = await Promise.resolve()
      .then(read)
      .catch(() => undefined);
    if (value !== undefined) result.observe(value);
  };
  instrument.addCallback(observe);
  return () => instrument.removeCallback(observe);
}

/**
 * OpenTelemetry hands out a no-op for good to whoever asks before telemetry was started, so an
 * instrument is made when it is first used, and again where another provider has taken over.
 */
function whenAsked<T>(make: (meter: Meter) => T): () => T {
  let made: { readonly by: unknown; readonly instrument: T } | undefined;
  return () => {
    const by = metrics.getMeterProvider();
    if (made?.by !== by) made = { by, instrument: make(meterNow()) };
    return made.instrument;
  };
}

function meterNow(): Meter {
  return metrics.getMeter('blastradius');
}
