import { request } from 'node:http';
import { AttestorUnavailable } from '../../workload-api.errors.ts';
import { type ContainerFacts, type ContainerFactsSource, parseContainerFacts } from './container-facts.ts';

const ANSWER_WITHIN_MS = 2000;
const ANSWER_BYTES_MAX = 1 << 20;

/** Asks deploy/container-facts.mjs on its Unix socket: `GET /containers/<id>`. It is not the engine's own API. */
export class FactsSocket implements ContainerFactsSource {
  readonly #socketPath: string;

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
  }

  async factsOf(containerId: string): Promise<ContainerFacts | undefined> {
    try {
      const { status, body } = await get(this.#socketPath, `/containers/${containerId}`);
      if (status === 404) return undefined;
      if (status !== 200) throw new TypeError(`it answered with ${status}`);
      const facts = parseContainerFacts(body);
      if (facts.id !== containerId) throw new TypeError('it told of another container');
      return facts;
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new AttestorUnavailable(`${this.#socketPath} tells nothing about containers: ${reason}`, {
        cause,
      });
    }
  }
}

function get(socketPath: string, path: string): Promise<{ status: number | undefined; body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number | undefined; body: string }>();
  const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
  const asking = request({ socketPath, path, signal }, (response) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > ANSWER_BYTES_MAX) response.destroy(new TypeError('its answer is too long'));
      else chunks.push(chunk);
    });
    response.on('error', reject);
    response.on('end', () =>
      resolve({ status: response.statusCode, body: Buffer.concat(chunks).toString() }),
    );
  });
  asking.on('error', reject);
  asking.end();
  return promise;
}
