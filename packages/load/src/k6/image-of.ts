import { copyFileSync, linkSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { K6Missing } from '../load.errors.ts';
import { onPath, runProgram } from '../programs.ts';
import type { FindOptions } from './find-k6.ts';
import { type K6, K6_IMAGE, K6_VERSION } from './k6.ts';
import { k6Image } from './k6-image.ts';

/** Ours has nothing but the binary: k6 needs no system around it. */
const DOCKERFILE = `FROM scratch
COPY k6 /usr/bin/k6
USER 1000:1000
ENTRYPOINT ["/usr/bin/k6"]
`;

/**
 * The image to run this k6 from: its own where the engine has or can pull it, else one made of the
 * binary, under a name that doesn't pass for the other's. Throws `K6Missing`.
 */
export async function imageOf(k6: K6, options: FindOptions): Promise<string> {
  const found = k6.kind === 'binary' ? await k6Image(options) : k6;
  if ('image' in found) return found.image;
  if (k6.kind !== 'binary' || !('closed' in found)) throw new K6Missing(`${K6_IMAGE} is not there`);
  const docker = onPath('docker', options);
  if (!docker) throw new K6Missing(`${found.closed}: k6 can't run in a container here`);
  const image = `blastradius/k6:${K6_VERSION}`;
  options.onProgress(`${found.closed}; making ${image} of ${k6.file} ...`);
  await build(docker, image, { ...options, file: k6.file });
  return image;
}

async function build(docker: string, image: string, options: FindOptions & { file: string }): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'blastradius-k6-'));
  try {
    writeFileSync(join(folder, 'Dockerfile'), DOCKERFILE);
    linkOrCopy(options.file, join(folder, 'k6'));
    const built = await runProgram(docker, ['build', '--quiet', '--tag', image, folder], {
      ...options,
      timeoutMs: 120_000,
    });
    if (!built.ok) throw new K6Missing(`${image} could not be built: ${built.complaint}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}
