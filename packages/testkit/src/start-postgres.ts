import { randomBytes } from 'node:crypto';
import { type Databases, databasesAt, startPostgres as startEmbedded } from '@blastradius/stack';
import { findDockerEngine, hasImage } from './docker-engine.ts';
import { tellFallback } from './fallback-notice.ts';
import { startLoopbackContainer } from './loopback-container.ts';

const IMAGE = 'postgres:18-bookworm';
const PORT = 5432;

/** A PostgreSQL of the test's own. */
export interface Postgres extends Databases {
  /** SIGKILL; `startAgain` gives it another life on the same data and the same address. */
  kill(): Promise<void>;
  startAgain(): Promise<void>;
  stop(): Promise<void>;
  /** Runs a command beside the server (`pg_dump`); null where it runs in no container. */
  readonly run: ((command: string[]) => Promise<{ exitCode: number; output: string }>) | null;
}

/** In a container where a Docker engine has the image, else the embedded one; says which it is not. */
export async function startPostgres(): Promise<Postgres> {
  const engine = await findDockerEngine();
  if (engine && (await hasImage(engine, IMAGE))) return startInContainer();
  tellFallback(
    engine
      ? `no image ${IMAGE}; embedded PostgreSQL is used`
      : 'no Docker engine; embedded PostgreSQL is used',
  );
  return startEmbeddedPostgres();
}

/** The embedded one, wherever the test runs. */
export async function startEmbeddedPostgres(): Promise<Postgres> {
  return Object.assign(await startEmbedded(), { run: null });
}

async function startInContainer(): Promise<Postgres> {
  const password = randomBytes(24).toString('base64url');
  const at = (port: number) =>
    databasesAt(
      (database, role = { name: 'postgres', password }) =>
        `postgres://${role.name}:${encodeURIComponent(role.password)}@127.0.0.1:${port}/${database}`,
    );
  const container = await startLoopbackContainer({
    image: IMAGE,
    port: PORT,
    environment: { POSTGRES_PASSWORD: password },
    // A killed server loses nothing without these; only a crash of the machine would.
    command: ['postgres', '-c', 'max_connections=200', '-c', 'fsync=off', '-c', 'full_page_writes=off'],
    answers: (port) => at(port).query('postgres', 'select 1'),
  });
  const { run, kill, startAgain, stop } = container;
  return { ...at(container.port), run, kill, startAgain, stop };
}
