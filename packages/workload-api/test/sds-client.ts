import { join } from 'node:path';
import { Client, type ClientDuplexStream, credentials, type ServiceError } from '@grpc/grpc-js';
import { loadSync, type MessageTypeDefinition, type ServiceDefinition } from '@grpc/proto-loader';

const definitions = loadSync(
  [
    'envoy/service/secret/v3/sds.proto',
    'envoy/extensions/transport_sockets/tls/v3/secret.proto',
    'envoy/extensions/transport_sockets/tls/v3/tls_spiffe_validator_config.proto',
  ],
  { includeDirs: [join(import.meta.dirname, '../proto')], defaults: true },
);
const service = definitions['envoy.service.secret.v3.SecretDiscoveryService'] as ServiceDefinition;

export interface Secret {
  readonly name: string;
  readonly tlsCertificate?: {
    readonly certificateChain: { readonly inlineBytes: Buffer };
    readonly privateKey: { readonly inlineBytes: Buffer };
  };
  readonly validationContext?: {
    readonly trustedCa: { readonly inlineBytes: Buffer } | null;
    readonly customValidatorConfig: { readonly name: string; readonly typedConfig: Packed } | null;
  };
}

interface Packed {
  readonly type_url: string;
  readonly value: Buffer;
}

export interface Answer {
  readonly versionInfo?: string;
  readonly nonce: string;
  readonly typeUrl: string;
  readonly resources: readonly (Packed & {
    readonly name: string;
    readonly version: string;
    readonly resource: Packed;
  })[];
  readonly removedResources?: readonly string[];
}

export function unpack<T>(packed: Packed): T {
  const name = packed.type_url.replace('type.googleapis.com/', '');
  return (definitions[name] as MessageTypeDefinition<object, T>).deserialize(packed.value);
}

/** Of either variant. */
export const secretsIn = (answer: Answer): Secret[] =>
  answer.resources.map((resource) => unpack<Secret>(resource.resource ?? resource));

export const namesIn = (answer: Answer): string[] =>
  secretsIn(answer)
    .map(({ name }) => name)
    .sort();

/** A client of one method, as Envoy is one: without the Workload API's header. */
export class SdsClient {
  readonly #client: Client;

  constructor(socketPath: string) {
    this.#client = new Client(`unix:${socketPath}`, credentials.createInsecure());
  }

  stream(method: 'StreamSecrets' | 'DeltaSecrets'): SdsStream {
    const definition = service[method];
    if (definition === undefined) throw new TypeError(method);
    return new SdsStream(
      this.#client.makeBidiStreamRequest(
        definition.path,
        definition.requestSerialize,
        (bytes) => definition.responseDeserialize(bytes) as Answer,
      ),
    );
  }

  fetch(request: object): Promise<Answer> {
    const definition = service['FetchSecrets'];
    if (definition === undefined) throw new TypeError('FetchSecrets');
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        definition.path,
        definition.requestSerialize,
        (bytes) => definition.responseDeserialize(bytes) as Answer,
        request,
        (error, answer) => (answer === undefined ? reject(error) : resolve(answer)),
      );
    });
  }

  close(): void {
    this.#client.close();
  }
}

export class SdsStream {
  readonly call: ClientDuplexStream<object, Answer>;
  /** Answers that came and were not taken yet. */
  readonly arrived: Answer[] = [];
  readonly failed: Promise<ServiceError>;
  #waiting: ((answer: Answer) => void) | undefined;

  constructor(call: ClientDuplexStream<object, Answer>) {
    this.call = call;
    call.on('data', (answer: Answer) => {
      const waiting = this.#waiting;
      this.#waiting = undefined;
      if (waiting === undefined) this.arrived.push(answer);
      else waiting(answer);
    });
    this.failed = new Promise((resolve) => call.on('error', resolve));
  }

  ask(request: object): void {
    this.call.write(request);
  }

  async next(): Promise<Answer> {
    const answer = this.arrived.shift();
    if (answer !== undefined) return answer;
    const arriving = new Promise<Answer>((resolve) => {
      this.#waiting = resolve;
    });
    const failed = this.failed.then((error) => Promise.reject(error));
    return Promise.race([arriving, failed]);
  }
}
