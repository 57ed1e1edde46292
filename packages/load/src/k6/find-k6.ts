import { K6Missing } from '../load.errors.ts';
import type { Surroundings } from '../programs.ts';
import { buildK6 } from './build-k6.ts';
import { type K6, K6_IMAGE, K6_MODULE, K6_VERSION } from './k6.ts';
import { k6Cache } from './k6-cache.ts';
import { k6Image } from './k6-image.ts';
import { k6OnPath } from './k6-on-path.ts';

export interface FindOptions extends Surroundings {
  /** Building takes minutes: what goes on is told here. */
  readonly onProgress: (line: string) => void;
}

/**
 * Finds k6 in the pinned version: on PATH, else as built before, else built now with Go, else as an
 * image. Throws `K6Missing`, which says why each way was closed.
 */
export async function findK6(options: FindOptions): Promise<K6> {
  const cache = k6Cache(options.env);
  const ways = [
    () => k6OnPath(options),
    () => cache.find(options),
    () => buildK6(cache, options),
    () => k6Image(options),
  ];
  const closed: string[] = [];
  for (const way of ways) {
    options.signal?.throwIfAborted();
    const found = await way();
    if ('kind' in found) return found;
    closed.push(found.closed);
  }
  throw new K6Missing(
    `k6 ${K6_VERSION} can't be had here:\n${closed.map((reason) => `  - ${reason}`).join('\n')}\n` +
      'Any one of these opens a way:\n' +
      `  - put k6 ${K6_VERSION} on PATH (https://grafana.com/docs/k6/latest/set-up/install-k6/)\n` +
      `  - install Go, so that ${K6_MODULE} can be built (https://go.dev/doc/install)\n` +
      `  - run a Docker engine that has or can pull ${K6_IMAGE}`,
  );
}
