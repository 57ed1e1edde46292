import { join } from 'node:path';
import { certificatesToPem, type X509Svid } from '@blastradius/spiffe';
import { Client, credentials, Metadata, type ServiceDefinition } from '@grpc/grpc-js';
import { loadSync, type MessageTypeDefinition } from '@grpc/proto-loader';

const includeDirs = [join(import.meta.dirname, '../../../packages/workload-api/proto')];
const definitions = loadSync('spiffe/broker/api.proto', { includeDirs, defaults: true });
const service = definitions['spiffe.broker.API'] as ServiceDefinition;
const pidReference = definitions['spiffe.broker.WorkloadPIDReference'] as MessageTypeDefinition<
  object,
  object
>;
const PID_TYPE = 'type.googleapis.com/spiffe.broker.WorkloadPIDReference';

/** What a broker reads of an answer. */
export interface BrokerAnswer {
  readonly svids?: readonly { spiffeId: string; x509Svid: Buffer; x509SvidKey: Buffer; svid: string }[];
  readonly bundles?: Readonly<Record<string, Buffer>>;
  /** Of a refusal. */
  readonly code?: number;
  readonly details?: string;
}

export interface BrokerClientOptions {
  readonly socketPath: string;
  readonly authorities: readonly Uint8Array[];
  /** None for a client that proves nothing. */
  readonly svid?: X509Svid | undefined;
  readonly header?: boolean;
}

/** A broker as one in another language is: gRPC over mutual TLS on the sidecar's socket. */
export class BrokerClient {
  readonly #client: Client;
  readonly #metadata = new Metadata();

  constructor({ socketPath, authorities, svid, header = true }: BrokerClientOptions) {
    const pem = svid && {
      key: Buffer.from(svid.privateKey.export({ type: 'pkcs8', format: 'pem' })),
      cert: Buffer.from(certificatesToPem(svid.certificates)),
    };
    const tls = credentials.createSsl(
      Buffer.from(certificatesToPem(authorities)),
      pem?.key ?? null,
      pem?.cert ?? null,
      { checkServerIdentity: () => undefined },
    );
    this.#client = new Client(`unix:${socketPath}`, tls, { 'grpc.ssl_target_name_override': 'localhost' });
    if (header) this.#metadata.set('broker.spiffe.io', 'true');
  }

  reference(pid: number, type_url = PID_TYPE) {
    return { reference: { reference: { type_url, value: pidReference.serialize({ pid }) } } };
  }

  /** The first message of a stream, or its refusal. */
  first(
    method: string,
    request: object,
    onNext: (answer: BrokerAnswer) => void = () => {},
  ): Promise<BrokerAnswer> {
    const { path, requestSerialize, responseDeserialize } = this.#method(method);
    const { promise, resolve } = Promise.withResolvers<BrokerAnswer>();
    const call = this.#client.makeServerStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      request,
      this.#metadata,
    );
    call.on('data', (answer: BrokerAnswer) => {
      resolve(answer);
      onNext(answer);
    });
    call.on('error', (error: BrokerAnswer) => {
      const refusal = { code: error.code ?? -1, details: error.details ?? '' };
      resolve(refusal);
      onNext(refusal);
    });
    return promise;
  }

  once(method: string, request: object): Promise<BrokerAnswer> {
    const { path, requestSerialize, responseDeserialize } = this.#method(method);
    const { promise, resolve } = Promise.withResolvers<BrokerAnswer>();
    const metadata = this.#metadata;
    this.#client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      request,
      metadata,
      (error, answer) =>
        resolve(error ? { code: error.code, details: error.details } : (answer as BrokerAnswer)),
    );
    return promise;
  }

  close(): void {
    this.#client.close();
  }

  #method(name: string) {
    const method = service[name];
    if (method === undefined) throw new TypeError(`no method ${name}`);
    return method;
  }
}
