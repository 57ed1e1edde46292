import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { AttestedPrograms } from './compute-policies.ts';

/**
 * Takes the digests from our own image: the Node that runs us is the one of every image (one base), and
 * the scripts of network and fleet were copied in by the build that made theirs. So what the policies
 * name is what the sidecars will see, or the images are not of one build and nobody gets an identity.
 */
export async function readAttestedPrograms(folder: string, uid: number): Promise<AttestedPrograms> {
  const [nodeSha256, networkSha256, fleetSha256] = await Promise.all([
    sha256(process.execPath),
    sha256(join(folder, 'network/main.js')),
    sha256(join(folder, 'fleet/main.js')),
  ]);
  return { uid, nodeSha256, networkSha256, fleetSha256 };
}

/** Piece by piece: Node alone is more than a hundred megabytes. */
async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest('hex');
}
