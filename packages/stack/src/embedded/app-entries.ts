import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ComponentMissing } from '../stack.errors.ts';

export type AppName = 'issuer' | 'sidecar' | 'network' | 'data-api' | 'fleet' | 'attacker' | 'vault';

/** The file that starts each app: all of it in one, so that a world is there in seconds (`tools/bundle-app.mjs`). */
export type AppEntries = Readonly<Record<AppName, string>>;

/**
 * Finds the built apps. `overrides` is for tests alone (a network whose verification is switched
 * off): no flag, file or variable leads here.
 */
export function findApps(root: string, overrides: Partial<AppEntries> = {}): AppEntries {
  const entry = (app: AppName) => {
    const file = overrides[app] ?? join(root, 'apps', app, 'dist/bundled.js');
    if (!existsSync(file)) throw new ComponentMissing(`${file} is not there; build first: npm run build`);
    return realpathSync(file);
  };
  return {
    issuer: entry('issuer'),
    sidecar: entry('sidecar'),
    network: entry('network'),
    'data-api': entry('data-api'),
    fleet: entry('fleet'),
    attacker: entry('attacker'),
    vault: entry('vault'),
  };
}

/** The repository's root: the nearest folder upwards that holds `scenarios`. */
export function findRoot(from = import.meta.dirname): string {
  for (let at = from; at !== dirname(at); at = dirname(at)) {
    if (existsSync(join(at, 'scenarios')) && existsSync(join(at, 'package.json'))) return at;
  }
  throw new ComponentMissing(`no folder above ${from} holds scenarios/`);
}
