import { setTimeout as pause } from 'node:timers/promises';
import type { World } from '../world/world.ts';

const KINDS = ['x509', 'jwt', 'wit', 'access-token'] as const;
/** A bundle reaches agents by way of their sidecar; on a busy machine that takes longer than the hint. */
const PUBLISHED_BEYOND_HINT_SECONDS = 3;
/** A sidecar asks anew for what a tainted key has signed, and workloads are given it. */
const REPLACED_WITHIN_SECONDS = 4;

/**
 * What operators do whose signing keys are known to somebody else: new keys of every kind, everything that the
 * old ones signed replaced, and the old ones revoked. Twice over, because the keys that wait for their turn lay
 * with those that sign: one rotation would let a stolen key sign.
 */
export async function replaceAuthorities(world: World): Promise<boolean> {
  const { authorities, forceRotation } = world;
  if (authorities === null || forceRotation === null) return false;
  const publishSeconds = authorities.refreshHintSeconds + PUBLISHED_BEYOND_HINT_SECONDS;
  for (let round = 0; round < 2; round++) await forceRotation(publishSeconds);
  await pause(REPLACED_WITHIN_SECONDS * 1000);
  for (const kind of KINDS) await authorities.order('revoke', kind);
  return true;
}
