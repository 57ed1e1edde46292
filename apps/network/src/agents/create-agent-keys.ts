import type { Arm } from '@blastradius/contracts';
import type { AgentKeys } from '@blastradius/credentials';
import { createStaticKey } from './issue-secrets.ts';
import { storedKeyOf } from './stored-key-of.ts';

/** What an agent of this arm is handed: one key, or one for each scope. */
export function createAgentKeys(arm: Arm): AgentKeys {
  const apiKey = createStaticKey();
  return arm === 'scoped-key' ? { apiKey, writeKey: createStaticKey() } : { apiKey };
}

/** The columns in which the network keeps them. */
export function storedKeysOf(
  arm: Arm,
  { apiKey, writeKey }: AgentKeys,
): { readonly api_key: string; readonly write_key: string | null } {
  const stored = storedKeyOf(arm);
  return { api_key: stored(apiKey), write_key: writeKey === undefined ? null : stored(writeKey) };
}
