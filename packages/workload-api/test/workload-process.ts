import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, realpath, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Called {
  readonly message?: { svids?: { spiffeId: string; hint: string }[]; bundles?: Record<string, string> };
  readonly code?: number;
  readonly details?: string;
  readonly ended?: true;
}

/** A workload of its own: a script in a temporary directory that calls one method and reports on stdout. */
export async function writeWorkloadScript(name = 'workload.mjs'): Promise<string> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'workload-')));
  const path = join(directory, name);
  const grpc = fileURLToPath(import.meta.resolve('@grpc/grpc-js'));
  const loader = fileURLToPath(import.meta.resolve('@grpc/proto-loader'));
  const proto = fileURLToPath(new URL('../../spiffe/proto/workload.proto', import.meta.url));
  await writeFile(
    path,
    `import grpc from '${grpc}';
import loader from '${loader}';
const [socket, method, header = 'true'] = process.argv.slice(2);
const { SpiffeWorkloadAPI: Api } = grpc.loadPackageDefinition(loader.loadSync('${proto}', { bytes: String }));
const client = new Api('unix://' + socket, grpc.credentials.createInsecure());
const metadata = new grpc.Metadata();
if (header !== 'none') metadata.set('workload.spiffe.io', header);
const say = (value) => process.stdout.write(JSON.stringify(value) + '\\n');
const failed = (error) => say({ code: error.code, details: error.details });
if (['FetchJWTSVID', 'ValidateJWTSVID'].includes(method)) {
  client[method]({}, metadata, (error) => { failed(error); process.exit(); });
} else {
  const call = client[method]({}, metadata);
  call.on('data', (message) => say({ message }));
  call.on('error', (error) => { failed(error); process.exit(); });
  call.on('end', () => say({ ended: true }));
}
`,
  );
  return path;
}

export class WorkloadProcess {
  readonly child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(args: readonly string[], environment: NodeJS.ProcessEnv = {}, program = process.execPath) {
    this.child = spawn(program, [...args], {
      env: { PATH: process.env['PATH'], ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (this.child.stdout === null) throw new TypeError('no stdout');
    this.#lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error('the workload did not start');
    return this.child.pid;
  }

  async next(): Promise<Called> {
    const line = await this.#lines.next();
    if (line.done) throw new Error('the workload ended');
    return JSON.parse(line.value) as Called;
  }

  stop(): void {
    this.child.kill('SIGKILL');
  }
}
