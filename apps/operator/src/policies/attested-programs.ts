import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AttestedPrograms } from './compute-policies.ts';

/**
 * Takes the digests from our own image: the Node that runs us is the one of every image (one base), and
 * the scripts of network and fleet were copied in by the build that made theirs. So what the policies
 * name is what the sidecars will see, or the images are not of one build and nobody gets an identity.
 */
export function readAttestedPrograms(folder: string, uid: number): AttestedPrograms {
  return {
    uid,
    nodeSha256: sha256(process.execPath),
    networkSha256: sha256(join(folder, 'network/main.js')),
    fleetSha256: sha256(join(folder, 'fleet/main.js')),
  };
}

function sha256(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
