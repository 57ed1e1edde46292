import {
  Client,
  type ClientReadableStream,
  credentials,
  type CallOptions as GrpcCallOptions,
  Metadata,
  type MethodDefinition,
  type ServiceError,
} from '@grpc/grpc-js';
import { callFailureOf, malformedResponse } from './workload-api-client.errors.ts';
import {
  type JwtBundlesResponse,
  type JwtSvidResponse,
  type ValidateJwtSvidResponse,
  type WitBundlesResponse,
  type WitSvidResponse,
  WORKLOAD_HEADER,
  workloadApiDefinition,
  type X509BundlesResponse,
  type X509SvidResponse,
} from './workload-api-definition.ts';

export interface StreamResponses {
  FetchX509SVID: X509SvidResponse;
  FetchX509Bundles: X509BundlesResponse;
  FetchJWTBundles: JwtBundlesResponse;
  FetchWITSVID: WitSvidResponse;
  FetchWITBundles: WitBundlesResponse;
}

export interface UnaryResponses {
  FetchJWTSVID: JwtSvidResponse;
  ValidateJWTSVID: ValidateJwtSvidResponse;
}

export interface CallOptions {
  /** How long the answer may take. */
  readonly timeoutMs?: number;
  /** Ends the call; it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

const TIMEOUT_MS = 30_000;
const CHANNEL_OPTIONS = {
  // A host of many agents gets thousands of SVIDs in one response.
  'grpc.max_receive_message_length': -1,
  // Some clients send the socket's path, which HTTP/2 servers refuse.
  'grpc.default_authority': 'localhost',
  // Each stream has its own connection, so that retries are ours alone to time.
  'grpc.use_local_subchannel_pool': 1,
  'grpc.enable_http_proxy': 0,
  'grpc.service_config_disable_resolution': 1,
} as const;

export interface OpenStream<Response> {
  readonly call: ClientReadableStream<Response>;
  hangUp(): void;
}

/** Calls to one Workload Endpoint, each on a connection of its own and with the security header. */
export class WorkloadApiCalls {
  readonly #target: string;

  constructor(target: string) {
    this.#target = target;
  }

  openStream<Method extends keyof StreamResponses>(
    method: Method,
    request: object = {},
    options: GrpcCallOptions = {},
  ): OpenStream<StreamResponses[Method]> {
    const client = this.#connect();
    const { path, requestSerialize, responseDeserialize } = definitionOf<StreamResponses[Method]>(method);
    const call = client.makeServerStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      request,
      securityHeader(),
      options,
    );
    const hangUp = () => {
      call.cancel();
      client.close();
    };
    return { call, hangUp };
  }

  /** The first message of a stream, which holds the complete state; the stream is then closed. */
  first<Method extends keyof StreamResponses>(
    method: Method,
    request: object,
    options: CallOptions,
  ): Promise<StreamResponses[Method]> {
    return answered(options, ({ resolve, reject }) => {
      const { call, hangUp } = this.openStream(method, request, { deadline: deadlineOf(options) });
      call.on('data', resolve);
      call.on('error', (error: ServiceError) => reject(callFailureOf(error)));
      call.on('end', () => reject(callFailureOf({ details: 'the server ended the stream' })));
      return hangUp;
    });
  }

  unary<Method extends keyof UnaryResponses>(
    method: Method,
    request: object,
    options: CallOptions,
  ): Promise<UnaryResponses[Method]> {
    return answered(options, ({ resolve, reject }) => {
      const client = this.#connect();
      const { path, requestSerialize, responseDeserialize } = definitionOf<UnaryResponses[Method]>(method);
      const call = client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        securityHeader(),
        { deadline: deadlineOf(options) },
        (error, response) => {
          if (error !== null) reject(callFailureOf(error));
          else if (response === undefined) reject(malformedResponse(new TypeError('it is empty')));
          else resolve(response);
        },
      );
      return () => {
        call.cancel();
        client.close();
      };
    });
  }

  #connect(): Client {
    return new Client(this.#target, credentials.createInsecure(), CHANNEL_OPTIONS);
  }
}

interface Settle<Response> {
  readonly resolve: (response: Response) => void;
  readonly reject: (error: unknown) => void;
}

/** `start` returns how the call is given up; it is called in any case, when the answer is there as well. */
async function answered<Response>(
  { signal }: CallOptions,
  start: (settle: Settle<Response>) => () => void,
): Promise<Response> {
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  const giveUp = start({ resolve, reject });
  const abort = () => reject(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  try {
    return await promise;
  } finally {
    signal?.removeEventListener('abort', abort);
    giveUp();
  }
}

function deadlineOf({ timeoutMs = TIMEOUT_MS }: CallOptions): number {
  return Date.now() + timeoutMs;
}

function securityHeader(): Metadata {
  const metadata = new Metadata();
  metadata.set(WORKLOAD_HEADER, 'true');
  return metadata;
}

function definitionOf<Response>(
  method: keyof StreamResponses | keyof UnaryResponses,
): MethodDefinition<object, Response> {
  const definition = workloadApiDefinition()[method];
  if (definition === undefined) throw new TypeError(`the Workload API defines no ${method}`);
  // What the proto file says cannot be known to the compiler; the interfaces above repeat it.
  return definition as unknown as MethodDefinition<object, Response>;
}
