import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';

export type OtlpAttributes = Readonly<Record<string, string | number | boolean | undefined>>;

export interface ReceivedSpan {
  /** The `service.name` of its resource. */
  readonly service: string;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the first span of a trace. */
  readonly parentSpanId: string;
  /** 2 is a server's, 3 a client's. */
  readonly kind: number;
  readonly attributes: OtlpAttributes;
}

export interface ReceivedPoint {
  readonly service: string;
  readonly name: string;
  readonly unit: string;
  readonly kind: 'sum' | 'gauge' | 'histogram';
  readonly isMonotonic: boolean;
  readonly attributes: OtlpAttributes;
  /** The value; of a histogram how many values it has seen. */
  readonly value: number;
}

/** A collector that keeps what it is told: OTLP/HTTP with JSON, on 127.0.0.1. */
export interface OtlpReceiver {
  /** What `OTEL_EXPORTER_OTLP_ENDPOINT` says. */
  readonly url: string;
  spans(): readonly ReceivedSpan[];
  points(): readonly ReceivedPoint[];
  /** All bodies as they came. */
  text(): string;
  close(): Promise<void>;
}

/** On any free port, unless one is given. */
export async function startOtlpReceiver(port = 0): Promise<OtlpReceiver> {
  const bodies: { readonly path: string; readonly text: string }[] = [];
  const server = createServer(async (request, response) => {
    bodies.push({ path: request.url ?? '', text: await textOf(request) });
    response.setHeader('content-type', 'application/json').end('{}');
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const at = (path: string) =>
    bodies.filter((body) => body.path === path).map(({ text }) => JSON.parse(text));
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    spans: () => at('/v1/traces').flatMap(spansIn),
    points: () => at('/v1/metrics').flatMap(pointsIn),
    text: () => bodies.map(({ text }) => text).join('\n'),
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('the receiver has no port');
  return address.port;
}

interface KeyValue {
  readonly key: string;
  readonly value: { stringValue?: string; intValue?: number; doubleValue?: number; boolValue?: boolean };
}
interface Resource {
  readonly resource: { readonly attributes: readonly KeyValue[] };
}
interface TracesRequest {
  readonly resourceSpans: readonly (Resource & {
    readonly scopeSpans: readonly {
      readonly spans: readonly (Omit<ReceivedSpan, 'service' | 'attributes' | 'parentSpanId'> & {
        readonly parentSpanId?: string;
        readonly attributes: readonly KeyValue[];
      })[];
    }[];
  })[];
}
interface Points {
  readonly isMonotonic?: boolean;
  readonly dataPoints: readonly {
    readonly attributes: readonly KeyValue[];
    readonly asInt?: number;
    readonly asDouble?: number;
    readonly count?: number;
  }[];
}
interface MetricsRequest {
  readonly resourceMetrics: readonly (Resource & {
    readonly scopeMetrics: readonly {
      readonly metrics: readonly ({ readonly name: string; readonly unit: string } & Partial<
        Record<ReceivedPoint['kind'], Points>
      >)[];
    }[];
  })[];
}

function spansIn(request: TracesRequest): ReceivedSpan[] {
  return request.resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        ...span,
        service: serviceOf(resource),
        parentSpanId: span.parentSpanId ?? '',
        attributes: attributesOf(span.attributes),
      })),
    ),
  );
}

function pointsIn(request: MetricsRequest): ReceivedPoint[] {
  return request.resourceMetrics.flatMap(({ resource, scopeMetrics }) =>
    scopeMetrics.flatMap(({ metrics }) =>
      metrics.flatMap((metric) =>
        (['sum', 'gauge', 'histogram'] as const).flatMap((kind) =>
          (metric[kind]?.dataPoints ?? []).map((point) => ({
            service: serviceOf(resource),
            name: metric.name,
            unit: metric.unit,
            kind,
            isMonotonic: metric[kind]?.isMonotonic ?? false,
            attributes: attributesOf(point.attributes),
            value: point.asInt ?? point.asDouble ?? point.count ?? 0,
          })),
        ),
      ),
    ),
  );
}

function serviceOf({ attributes }: Resource['resource']): string {
  return String(attributesOf(attributes)['service.name']);
}

function attributesOf(pairs: readonly KeyValue[]): OtlpAttributes {
  return Object.fromEntries(
    pairs.map(({ key, value }) => [
      key,
      value.stringValue ?? value.intValue ?? value.doubleValue ?? value.boolValue,
    ]),
  );
}
