import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { K6Failed } from '../load.errors.ts';
import { runProgram, type Surroundings } from '../programs.ts';
import type { K6 } from './k6.ts';

/** Where the image has it. */
const FILE_IN_IMAGE = '/usr/bin/k6';

/**
 * The selectors that a sidecar attests of this k6 when it calls: its user, its bytes, and its path, unless
 * it runs in a container, where a path says nothing: any file can lie there.
 */
export async function attestedAs(k6: K6, surroundings: Surroundings): Promise<string[]> {
  // Nobody attests it by what it is: in the project, who stands beside that sidecar is told by its user.
  if (k6.kind === 'service') return [];
  const user = `unix:uid:${process.getuid?.()}`;
  if (k6.kind === 'binary') {
    return [user, `unix:path:${k6.file}`, `unix:sha256:${await sha256Of(k6.file)}`];
  }
  return [user, `unix:sha256:${await sha256InImage(k6.docker, k6.image, surroundings)}`];
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest('hex');
}

async function sha256InImage(docker: string, image: string, surroundings: Surroundings): Promise<string> {
  const args = ['run', '--rm', '--network=none', '--entrypoint=sha256sum', image, FILE_IN_IMAGE];
  const { ok, stdout, complaint } = await runProgram(docker, args, surroundings);
  const digest = /^[0-9a-f]{64}\b/.exec(stdout)?.[0];
  if (!ok || !digest)
    throw new K6Failed(`the digest of ${FILE_IN_IMAGE} in ${image} can't be had: ${complaint}`);
  return digest;
}
