import { hostname } from 'node:os';
import { z } from 'zod';

const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

/** An empty variable counts as unset (OpenTelemetry, environment variables: general guidance). */
const orUnset = <T extends z.ZodType>(type: T) => z.preprocess((text) => text || undefined, type);

const environment = z.object({
  OTEL_SDK_DISABLED: orUnset(z.string().optional()),
  OTEL_EXPORTER_OTLP_ENDPOINT: orUnset(z.url({ protocol: /^https?$/ }).optional()),
  OTEL_SERVICE_NAME: orUnset(z.string().optional()),
  OTEL_RESOURCE_ATTRIBUTES: orUnset(z.string().default('')),
  OTEL_TRACES_SAMPLER: orUnset(z.enum(SAMPLERS).default('parentbased_traceidratio')),
  /** The specification says 1; under load a twentieth tells as much, and costs a twentieth. */
  OTEL_TRACES_SAMPLER_ARG: orUnset(z.coerce.number().min(0).max(1).default(0.05)),
  /** Milliseconds. The specification says a minute; whole runs of ours are not much longer. */
  OTEL_METRIC_EXPORT_INTERVAL: orUnset(z.coerce.number().int().min(100).max(3_600_000).default(10_000)),
});

export interface TelemetrySettings {
  /** Without the path of a signal and without a slash at its end. */
  readonly endpoint: string;
  readonly resource: Readonly<Record<string, string>>;
  readonly sampler: (typeof SAMPLERS)[number];
  /** The share of traces that a sampler by ratio keeps. */
  readonly samplingRatio: number;
  readonly metricIntervalMs: number;
}

/** OpenTelemetry's own variables, as far as they are supported; undefined where nothing is to be sent. */
export function readTelemetrySettings(name: string, env: NodeJS.ProcessEnv): TelemetrySettings | undefined {
  const parsed = environment.parse(env);
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } = parsed;
  if (endpoint === undefined || parsed.OTEL_SDK_DISABLED?.toLowerCase() === 'true') return undefined;
  return Object.freeze({
    endpoint: endpoint.replace(/\/+$/, ''),
    resource: {
      'service.namespace': 'blastradius',
      // The same after a restart in a container; two processes of one host differ.
      'service.instance.id': `${hostname()}-${process.pid}`,
      ...readPairs(parsed.OTEL_RESOURCE_ATTRIBUTES),
      'service.name': parsed.OTEL_SERVICE_NAME ?? name,
    },
    sampler: parsed.OTEL_TRACES_SAMPLER,
    samplingRatio: parsed.OTEL_TRACES_SAMPLER_ARG,
    metricIntervalMs: parsed.OTEL_METRIC_EXPORT_INTERVAL,
  });
}

/** `key=value,key=value`, percent-encoded; what is no pair is left out. */
function readPairs(text: string): Record<string, string> {
  const pairs = text.split(',').flatMap((pair): [string, string][] => {
    const at = pair.indexOf('=');
    return at < 1 ? [] : [[pair.slice(0, at).trim(), decoded(pair.slice(at + 1).trim())]];
  });
  return Object.fromEntries(pairs);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
