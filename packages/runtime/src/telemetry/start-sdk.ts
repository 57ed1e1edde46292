import { context, metrics, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { RuntimeNodeInstrumentation } from '@opentelemetry/instrumentation-runtime-node';
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Logger } from 'pino';
import { clientSpans } from './client-spans.ts';
import { QuietMetricExporter, QuietTraceExporter } from './delivery.ts';
import { createSampler } from './sampler.ts';
import type { TelemetrySettings } from './settings.ts';
import type { Telemetry } from './start-telemetry.ts';

const SHUTDOWN_WITHIN_MS = 1000;

/**
 * Puts OpenTelemetry's SDK behind its API. Nothing that is measured ever waits for the collector:
 * queues are bounded, and what does not fit or can't be delivered is dropped.
 */
export function startSdk(settings: TelemetrySettings, logger: Logger): Telemetry {
  const resource = resourceFromAttributes(settings.resource);
  const tracerProvider = createTracerProvider(settings, resource, logger);
  const meterProvider = createMeterProvider(settings, resource, logger);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(tracerProvider);
  metrics.setGlobalMeterProvider(meterProvider);
  registerInstrumentations({
    instrumentations: [clientSpans(), new RuntimeNodeInstrumentation()],
    tracerProvider,
    meterProvider,
  });
  return {
    shutdown: () => atMost(SHUTDOWN_WITHIN_MS, [tracerProvider.shutdown(), meterProvider.shutdown()]),
  };
}

function createTracerProvider(settings: TelemetrySettings, resource: Resource, logger: Logger) {
  const exporter = new QuietTraceExporter(settings.endpoint, logger);
  const scheduledDelayMillis = Math.min(5000, settings.metricIntervalMs);
  return new TracerProvider({
    resource,
    sampler: createSampler(settings),
    spanLimits: { attributeValueLengthLimit: 256 },
    spanProcessors: [new BatchSpanProcessor({ exporter, scheduledDelayMillis })],
  });
}

function createMeterProvider(settings: TelemetrySettings, resource: Resource, logger: Logger) {
  const exporter = new QuietMetricExporter(settings.endpoint, logger);
  const exportIntervalMillis = settings.metricIntervalMs;
  return new MeterProvider({
    resource,
    readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis })],
  });
}

async function atMost(ms: number, work: readonly Promise<void>[]): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([late, Promise.allSettled(work)]);
  clearTimeout(timer);
}
