import { setTimeout as delay } from 'node:timers/promises';
import { isConnectionFailure } from './connection-failure.ts';

const PAUSE_MS_MAX = 500;

/**
 * Makes an attempt again for as long as the other side can't be reached, with growing pauses, until
 * `waitMs` have passed; then the last failure is thrown. Only for what may be done twice.
 */
export async function patiently<T>(waitMs: number, attempt: () => Promise<T>): Promise<T> {
  const endMs = performance.now() + waitMs;
  for (let pauseMs = 20; ; pauseMs = Math.min(PAUSE_MS_MAX, pauseMs * 1.6)) {
    try {
      return await attempt();
    } catch (error) {
      if (!isConnectionFailure(error) || performance.now() + pauseMs > endMs) throw error;
    }
    // Those that were cut off together shall not come back together.
    await delay(pauseMs * (0.5 + Math.random() / 2));
  }
}
