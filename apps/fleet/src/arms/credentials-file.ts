import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { AgentKeys } from '@blastradius/credentials';
import { z } from 'zod';

/** One key, or where keys have scopes both. */
const held = z.union([
  z.string().transform((apiKey): AgentKeys => ({ apiKey })),
  z.object({ apiKey: z.string(), writeKey: z.string() }),
]);
const keys = z.record(z.string(), held);

/** Where agents with static keys keep them, as skill.md tells them to: without it a restarted agent has lost its account. */
export interface KeptKeys {
  load(): ReadonlyMap<string, AgentKeys>;
  save(keys: ReadonlyMap<string, AgentKeys>): void;
}

/** Keys that end with the process. */
export const inMemoryOnly: KeptKeys = { load: () => new Map(), save: () => {} };

/** A file that only its owner may read; a writer that is killed leaves the old one whole. */
export function keptInFile(file: string): KeptKeys {
  return {
    load: () => {
      try {
        return new Map(Object.entries(keys.parse(JSON.parse(readFileSync(file, 'utf8')))));
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return new Map();
        throw error;
      }
    },
    save: (all) => {
      const entries = [...all].map(([agent, keys]) => [
        agent,
        keys.writeKey === undefined ? keys.apiKey : keys,
      ]);
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      writeFileSync(`${file}.new`, JSON.stringify(Object.fromEntries(entries)), { mode: 0o600 });
      renameSync(`${file}.new`, file);
    },
  };
}
