import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
export const root = resolve(import.meta.dirname, '../..');
const OUTPUT_BYTES_MAX = 1 << 28;

/** Runs a program at the repository's root and gives what it printed; rejects with its complaints where it fails. */
export async function call(
  program: string,
  args: readonly string[],
  { env = {}, input }: { env?: Record<string, string>; input?: string } = {},
): Promise<string> {
  const running = run(program, [...args], {
    cwd: root,
    env: { ...process.env, ...env },
    maxBuffer: OUTPUT_BYTES_MAX,
  });
  // It may end without having read everything; its exit code says whether that was right.
  running.child.stdin?.on('error', () => {});
  running.child.stdin?.end(input ?? '');
  return (await running).stdout;
}

export const docker = (args: readonly string[], input?: string) =>
  call('docker', args, input === undefined ? {} : { input });

const works = (program: string, args: readonly string[]) =>
  call(program, args).then(
    () => true,
    () => false,
  );

/** Every compose of this machine, as the words that start it. */
export async function findComposes(): Promise<(readonly [string, ...string[]])[]> {
  const known = [['docker', 'compose'], ['docker-compose']] as const;
  const there = await Promise.all(known.map(([program, ...args]) => works(program, [...args, 'version'])));
  return known.filter((_, index) => there[index]);
}

const BASE_IMAGES = [
  'node:24-bookworm-slim',
  'postgres:18-bookworm',
  'redis:7.2-bookworm',
  'postgrest/postgrest:v12.0.2',
];

/** What keeps containers from being tested here; undefined where nothing does. One line says so. */
export async function whatIsMissing(): Promise<string | undefined> {
  const missing = await firstMissing();
  if (missing) process.stderr.write(`deploy: ${missing}: the tests in containers are skipped\n`);
  return missing;
}

async function firstMissing(): Promise<string | undefined> {
  if (!(await works('docker', ['info']))) return 'no Docker engine answers';
  if ((await findComposes()).length === 0) return 'no compose is there';
  for (const image of BASE_IMAGES) {
    if (await works('docker', ['image', 'inspect', image])) continue;
    if (!(await works('docker', ['pull', '--quiet', image]))) return `${image} can't be pulled`;
  }
  return undefined;
}
