import { findDockerEngine, hasImage } from './docker-engine.ts';
import { tellFallback } from './fallback-notice.ts';
import { startLoopbackContainer } from './loopback-container.ts';
import { pingRedis } from './ping-redis.ts';
import { findRedisServer, startRedisProcess } from './redis-process.ts';

const IMAGE = 'redis:7.2-bookworm';
const PORT = 6379;
/** Everything answered is in the log file, and so survives a SIGKILL. */
export const REDIS_SETTINGS = ['--appendonly', 'yes', '--save', ''];

/** A Redis of the test's own, with an append-only file. */
export interface Redis {
  readonly url: string;
  /** SIGKILL; `startAgain` gives it another life on the same data and the same port. */
  kill(): Promise<void>;
  startAgain(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * In a container where a Docker engine has the image, else `redis-server` from PATH; null, and a line
 * that says so, where there is neither: the test is to be skipped.
 */
export async function startRedis(): Promise<Redis | null> {
  const engine = await findDockerEngine();
  if (engine && (await hasImage(engine, IMAGE))) return startInContainer();
  const why = engine ? `no image ${IMAGE}` : 'no Docker engine';
  const binary = await findRedisServer();
  if (binary !== null) {
    tellFallback(`${why}; ${binary} is used`);
    return startRedisProcess(binary, REDIS_SETTINGS);
  }
  tellFallback(`${why} and no redis-server on PATH; what needs Redis is skipped`);
  return null;
}

async function startInContainer(): Promise<Redis> {
  const container = await startLoopbackContainer({
    image: IMAGE,
    port: PORT,
    command: ['redis-server', ...REDIS_SETTINGS],
    answers: pingRedis,
  });
  const { port, kill, startAgain, stop } = container;
  return { url: `redis://127.0.0.1:${port}`, kill, startAgain, stop };
}
