import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Metadata, Server, ServerCredentials, status } from '@grpc/grpc-js';
import { workloadApiDefinition } from '../src/workload-api/workload-api-definition.ts';
import type { IssuedX509Svid, TestTrustDomain } from './test-trust-domain.ts';

interface StreamCall {
  readonly metadata: Metadata;
  write(response: object): void;
  end(): void;
  emit(event: 'error', error: { readonly code: number; readonly details: string }): void;
  on(event: 'cancelled', listener: () => void): void;
}

/** What a Workload API refuses a call with (SPIFFE Workload Endpoint, section 6). */
export const refusals = {
  invalidArgument: status.INVALID_ARGUMENT,
  permissionDenied: status.PERMISSION_DENIED,
  unavailable: status.UNAVAILABLE,
} as const;

/** What happens to a call: a message that is the state now, or a status. */
type Script = { readonly state: object } | { readonly refuse: status } | { readonly endAfter: object };

export interface SeenCall {
  readonly method: string;
  readonly request: object;
  readonly header: unknown;
  /** Milliseconds, of the process's monotonic clock. */
  readonly at: number;
}

/** Any Workload API, seen from the wire: it answers as the test says, and pushes what the test sets. */
export class ScriptedWorkloadApi {
  readonly socketPath: string;
  readonly calls: SeenCall[] = [];
  readonly #scripts = new Map<string, Script>();
  readonly #open = new Map<string, Set<StreamCall>>();
  readonly #refusals = new Map<string, status[]>();
  #server: Server | undefined;

  private constructor(socketPath: string) {
    this.socketPath = socketPath;
  }

  static async start(): Promise<ScriptedWorkloadApi> {
    const api = await ScriptedWorkloadApi.create();
    await api.listen();
    return api;
  }

  /** One that does not listen yet. */
  static async create(): Promise<ScriptedWorkloadApi> {
    return new ScriptedWorkloadApi(join(await mkdtemp(join(tmpdir(), 'scripted-')), 'api.sock'));
  }

  /** Returns the port, where the address has one. */
  async listen(address = `unix://${this.socketPath}`): Promise<number> {
    const server = new Server();
    const definition = workloadApiDefinition();
    const handlers = Object.entries(definition).map(([name, method]) => [
      name,
      method.responseStream ? this.#stream(name) : this.#unary(name),
    ]);
    server.addService(definition, Object.fromEntries(handlers));
    this.#server = server;
    return await new Promise((resolve, reject) => {
      server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) =>
        error ? reject(error) : resolve(port),
      );
    });
  }

  stop(): void {
    this.#server?.forceShutdown();
  }

  /** From now on; open streams get a new state, and end with a refusal. */
  script(method: string, script: Script): void {
    this.#scripts.set(method, script);
    for (const call of this.#open.get(method) ?? []) this.#play(call, script);
  }

  /** So many of the next calls are refused, whatever the script says. */
  refuseNext(method: string, refusal: status, count: number): void {
    this.#refusals.set(method, Array<status>(count).fill(refusal));
  }

  /** Ends the streams that are open now. */
  cut(method: string, refusal: status): void {
    for (const call of this.#open.get(method) ?? []) this.#play(call, { refuse: refusal });
  }

  callsOf(method: string): readonly SeenCall[] {
    return this.calls.filter((call) => call.method === method);
  }

  #stream(method: string) {
    return (call: StreamCall & { readonly request: object }) => {
      this.#see(method, call);
      const open = this.#open.get(method) ?? new Set();
      this.#open.set(method, open.add(call));
      call.on('cancelled', () => open.delete(call));
      this.#play(call, this.#scriptOf(method));
    };
  }

  #unary(method: string) {
    return (
      call: { readonly request: object; readonly metadata: Metadata },
      answer: (error: object | null, response?: object) => void,
    ) => {
      this.#see(method, call);
      const script = this.#scriptOf(method);
      if ('state' in script) answer(null, script.state);
      else answer({ code: 'refuse' in script ? script.refuse : status.UNKNOWN, details: 'refused' });
    };
  }

  #play(call: StreamCall, script: Script): void {
    if ('refuse' in script) call.emit('error', { code: script.refuse, details: 'refused' });
    else call.write('state' in script ? script.state : script.endAfter);
    if ('endAfter' in script) call.end();
  }

  #scriptOf(method: string): Script {
    const refusal = this.#refusals.get(method)?.pop();
    if (refusal !== undefined) return { refuse: refusal };
    return this.#scripts.get(method) ?? { refuse: status.PERMISSION_DENIED };
  }

  #see(method: string, { request, metadata }: { readonly request: object; readonly metadata: Metadata }) {
    const header = metadata.get('workload.spiffe.io');
    this.calls.push({ method, request, header, at: performance.now() });
  }
}

/** One SVID as FetchX509SVID has it. */
export function svidMessage(issued: IssuedX509Svid, bundle: Uint8Array, hint = '') {
  const { spiffeId, certificate, key } = issued;
  return { spiffeId, x509Svid: certificate, x509SvidKey: key, bundle, hint };
}

export function x509State(
  domain: TestTrustDomain,
  issued: readonly IssuedX509Svid[],
  federated: readonly TestTrustDomain[] = [],
) {
  return {
    svids: issued.map((one) => svidMessage(one, domain.authority)),
    federatedBundles: Object.fromEntries(federated.map(({ id, authority }) => [id, authority])),
  };
}
