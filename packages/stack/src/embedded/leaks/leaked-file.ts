import { join } from 'node:path';
import { type Leak, modifierOf } from '@blastradius/contracts';
import type { EmbeddedSetting } from '../embedded-setting.ts';

/** The leak that this world really has; the control without one has the hole that nobody finds. */
export function leakOf({ leak, leakVector }: Pick<EmbeddedSetting, 'leak' | 'leakVector'>): Leak {
  return leak === 'off' ? 'open-database' : leakVector;
}

/** Where something lies that the thief will read, for the leaks that are a file. */
export function leakedFile(setting: EmbeddedSetting): string {
  const name = leakOf(setting);
  return join(setting.socketFolder, name);
}

/** Whether anybody goes through the open REST API; the other worlds do without. */
export function needsDataApi(setting: Pick<EmbeddedSetting, 'leak' | 'leakVector' | 'arm'>): boolean {
  const leak = leakOf(setting);
  return leak === 'open-database' || leak === 'direct-messages' || modifierOf(setting.arm) === 'rls';
}
