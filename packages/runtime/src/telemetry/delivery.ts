import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { Logger } from 'pino';
import { lookUpCollector } from './look-up-collector.ts';

/** One attempt and its retries; what could not be delivered by then is dropped. */
const TIMEOUT_MS = 3000;
const CONNECTION = {
  timeoutMillis: TIMEOUT_MS,
  httpAgentOptions: { keepAlive: true, lookup: lookUpCollector },
};

type OnResult = (result: ExportResult) => void;

/** Exports spans, and says in the log when that begins to fail and when it works again. */
export class QuietTraceExporter extends OTLPTraceExporter {
  readonly #delivery: Delivery;

  constructor(endpoint: string, logger: Logger) {
    super({ url: `${endpoint}/v1/traces`, ...CONNECTION });
    this.#delivery = new Delivery('traces', endpoint, logger);
  }

  override export(spans: ReadableSpan[], onResult: OnResult): void {
    super.export(spans, this.#delivery.noting(onResult));
  }
}

/** As `QuietTraceExporter`, for metrics. */
export class QuietMetricExporter extends OTLPMetricExporter {
  readonly #delivery: Delivery;

  constructor(endpoint: string, logger: Logger) {
    super({ url: `${endpoint}/v1/metrics`, ...CONNECTION });
    this.#delivery = new Delivery('metrics', endpoint, logger);
  }

  override export(metrics: ResourceMetrics, onResult: OnResult): void {
    super.export(metrics, this.#delivery.noting(onResult));
  }
}

/** A collector may be away for days: one line when it goes and one when it is back are enough. */
class Delivery {
  readonly #signal: string;
  readonly #endpoint: string;
  readonly #logger: Logger;
  #isFailing = false;

  constructor(signal: string, endpoint: string, logger: Logger) {
    this.#signal = signal;
    this.#endpoint = endpoint;
    this.#logger = logger;
  }

  noting(onResult: OnResult): OnResult {
    return (result) => {
      this.#note(result);
      onResult(result);
    };
  }

  #note({ code, error }: ExportResult): void {
    const failed = code !== ExportResultCode.SUCCESS;
    if (failed === this.#isFailing) return;
    this.#isFailing = failed;
    const context = { signal: this.#signal, endpoint: this.#endpoint };
    if (failed) {
      this.#logger.warn({ ...context, err: error }, 'telemetry can not be delivered; all else goes on');
    } else {
      this.#logger.info(context, 'telemetry is delivered again');
    }
  }
}
