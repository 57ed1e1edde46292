import { workloadApiDefinition } from '@blastradius/spiffe';
import { Client, type ClientReadableStream, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';

/** A workload in the test's own process, for what does not depend on who calls. */
export class TestClient {
  readonly #client: Client;

  constructor(socketPath: string, authority?: string) {
    this.#client = new Client(
      `unix://${socketPath}`,
      credentials.createInsecure(),
      authority === undefined ? {} : { 'grpc.default_authority': authority },
    );
  }

  unary<Response>(method: string, request: object, metadata = workloadHeader()): Promise<Response> {
    const { path, requestSerialize, responseDeserialize } = definitionOf(method);
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        metadata,
        (error: ServiceError | null, answer?: object) =>
          error === null ? resolve(answer as Response) : reject(error),
      );
    });
  }

  stream<Response>(method: string, request: object = {}): ClientReadableStream<Response> {
    const { path, requestSerialize, responseDeserialize } = definitionOf(method);
    return this.#client.makeServerStreamRequest(
      path,
      requestSerialize,
      responseDeserialize as (bytes: Buffer) => Response,
      request,
      workloadHeader(),
    );
  }

  close(): void {
    this.#client.close();
  }
}

export function workloadHeader(): Metadata {
  const metadata = new Metadata();
  metadata.set('workload.spiffe.io', 'true');
  return metadata;
}

function definitionOf(method: string) {
  const definition = workloadApiDefinition()[method];
  if (definition === undefined) throw new TypeError(`no method ${method}`);
  return definition;
}
