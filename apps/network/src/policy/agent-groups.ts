import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** Which group each agent is in: the operator's word, by SPIFFE ID. Whoever is not listed is in `defaultGroup`. */
const agentGroups = z.strictObject({
  defaultGroup: z.string().min(1),
  members: z.record(z.string().min(1), z.array(z.string().startsWith('spiffe://'))),
});

export type GroupsOf = (spiffeId: string) => readonly string[];

/** Without a file every agent is a writer. */
export function readAgentGroups(file: string | null): GroupsOf {
  const { defaultGroup, members } =
    file === null
      ? { defaultGroup: 'writer', members: {} }
      : agentGroups.parse(JSON.parse(readFileSync(file, 'utf8')));
  const groups = new Map<string, string[]>();
  for (const [group, ids] of Object.entries(members)) {
    for (const id of ids) groups.set(id, [...(groups.get(id) ?? []), group]);
  }
  return (spiffeId) => groups.get(spiffeId) ?? [defaultGroup];
}
