import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { harnessCommand } from '../suite.ts';

export interface HarnessAnswer {
  readonly http: number;
  readonly answer: Readonly<Record<string, unknown>>;
}

/** The harness as the suite starts it, and what it says on its standard output (harness contract, section 2). */
export class HarnessProcess {
  /** Whether it became ready; false once its output has ended without that. */
  readonly ready: Promise<boolean>;
  readonly #process: ChildProcess;
  readonly #ports = new Map<string, number>();

  constructor(endpoint: string) {
    const { program, args } = harnessCommand;
    this.#process = spawn(program, args, {
      env: { PATH: process.env['PATH'], SPIFFE_ENDPOINT_SOCKET: endpoint },
      // What it complains of is what most cases are about: it would only clutter the report.
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.ready = this.#read();
  }

  portOf(name: 'SPIFFE_HARNESS_VERSION' | 'SPIFFE_X509_PORT' | 'SPIFFE_CONTROL_PORT'): number {
    const port = this.#ports.get(name);
    if (port === undefined) throw new Error(`the harness named no ${name}`);
    return port;
  }

  /** One operation of the library, asked for over the control port. */
  async ask(path: string, body: object): Promise<HarnessAnswer> {
    const url = `http://127.0.0.1:${this.portOf('SPIFFE_CONTROL_PORT')}${path}`;
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
    return { http: response.status, answer: (await response.json()) as HarnessAnswer['answer'] };
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.kill('SIGTERM');
    await once(this.#process, 'exit');
  }

  async #read(): Promise<boolean> {
    if (this.#process.stdout === null) throw new TypeError('no stdout');
    for await (const line of createInterface({ input: this.#process.stdout })) {
      if (line === 'READY') return true;
      const [name = '', value] = line.split('=');
      this.#ports.set(name, Number(value));
    }
    return false;
  }
}
