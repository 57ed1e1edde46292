import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startChild, untilEvent } from '../process/child.ts';
import { ComponentFailed } from '../stack.errors.ts';
import type { VaultAccess } from '../world/world.ts';
import { realSeconds } from '../world/world-setting.ts';
import type { EmbeddedSetting } from './embedded-setting.ts';

/** The stand-in for Vault, with a role for the network and one for each host of agents. */
export interface Vault extends VaultAccess {
  /** Where the role of a host, or of the network, lies: what it logs in with. */
  appRoleFileOf(host: string): string;
  stop(): Promise<void>;
}

/** Who logs in as whom, and may do what. */
interface Role {
  readonly host: string;
  readonly paths: readonly string[];
  readonly capabilities: readonly ('create' | 'read' | 'update')[];
}

const keyPath = (agent: string) => `secret/data/agents/${agent}`;

/** It keeps everything in memory: where it ends, it is not started again, and the keys in it are gone. */
export async function startVault(setting: EmbeddedSetting): Promise<Vault> {
  const rootToken = `hvs.FAKE${randomBytes(18).toString('base64url')}`;
  const { child, event } = await untilEvent(
    (onEvent) =>
      startChild({
        name: 'vault',
        command: process.execPath,
        args: [setting.apps.vault],
        logFile: join(setting.logFolder, 'vault.log'),
        onEvent,
        env: {
          VAULT_DEV_ROOT_TOKEN_ID: rootToken,
          LEDGER_FILE: join(setting.ledgerFolder, 'vault.jsonl'),
        },
      }),
    'ready',
  );
  let isStopping = false;
  void child.exited.then(({ code, signal }) => {
    if (isStopping) return;
    setting.record({ event: 'process-exited', subject: 'vault', detail: signal ?? `code ${code}` });
  });
  const vaultUrl = event.url ?? '';
  const folder = join(setting.socketFolder, 'vault');
  const fileOf = (host: string) => join(folder, `${host}.json`);
  const roles = rolesOf(setting);
  const secrets = new Map<string, BootstrapSecret>();
  const ask = (method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown) =>
    administer(vaultUrl, rootToken, { method, path, body });
  try {
    mkdirSync(folder, { mode: 0o700 });
    await Promise.all(
      roles.map(async (role) => {
        await createRole(setting, ask, role);
        const secret = await newSecret(ask, role.host);
        keepSecret(fileOf(role.host), secret);
        secrets.set(role.host, secret);
      }),
    );
  } catch (error) {
    await child.stop();
    throw error;
  }
  return {
    vaultUrl,
    // The first of the hosts: it carries the agents that share a process, where there are any.
    bootstrapSecretFile: fileOf(roles[1]?.host ?? ''),
    appRoleFileOf: fileOf,
    replaceBootstrapSecrets: async () => {
      for (const { host } of roles) {
        const before = secrets.get(host);
        const fresh = await newSecret(ask, host);
        keepSecret(fileOf(host), fresh);
        secrets.set(host, fresh);
        await ask('POST', `auth/approle/role/${host}/secret-id/destroy`, { secret_id: before?.secret_id });
      }
    },
    stop: () => {
      isStopping = true;
      return child.stop();
    },
  };
}

/** What whoever logs in to the vault is told; empty where there is none. */
export function vaultEnvironment(
  setting: EmbeddedSetting,
  vault: Vault | undefined,
  host: string,
): Record<string, string> {
  if (!vault) return {};
  return {
    VAULT_ADDR: vault.vaultUrl,
    VAULT_APPROLE_FILE: vault.appRoleFileOf(host),
    VAULT_POLL_SECONDS: String(realSeconds(setting, setting.scenario.vault.pollMinutes)),
  };
}

/** The network writes every key and reads none; a host reads the keys of its own agents. */
function rolesOf({ population }: EmbeddedSetting): Role[] {
  const shared = population.agents.filter(({ hosting }) => hosting === 'multiplexed');
  const own = population.agents.filter(({ hosting }) => hosting === 'process');
  const reads = (host: string, agents: readonly { readonly name: string }[]): Role => ({
    host,
    paths: agents.map(({ name }) => keyPath(name)),
    capabilities: ['read'],
  });
  const hosts = [reads('agent-host', shared), ...own.map((agent) => reads(`agent-${agent.name}`, [agent]))];
  return [
    { host: 'network', paths: [keyPath('*')], capabilities: ['create', 'update'] },
    ...hosts.sort((a, b) => Number(a.paths.length === 0) - Number(b.paths.length === 0)),
  ];
}

interface BootstrapSecret {
  readonly role_id: unknown;
  readonly secret_id: unknown;
}

type Ask = (method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown) => Promise<Record<string, unknown>>;

async function createRole(
  setting: EmbeddedSetting,
  ask: Ask,
  { host, paths, capabilities }: Role,
): Promise<void> {
  const policy = { path: Object.fromEntries(paths.map((path) => [path, { capabilities }])) };
  await ask('PUT', `sys/policies/acl/${host}`, { policy: JSON.stringify(policy) });
  const seconds = Math.max(1, Math.ceil(realSeconds(setting, setting.scenario.vault.tokenTtlMinutes)));
  await ask('POST', `auth/approle/role/${host}`, { token_policies: [host], token_ttl: `${seconds}s` });
}

async function newSecret(ask: Ask, host: string): Promise<BootstrapSecret> {
  const { role_id } = await ask('GET', `auth/approle/role/${host}/role-id`);
  const { secret_id } = await ask('POST', `auth/approle/role/${host}/secret-id`);
  return { role_id, secret_id };
}

function keepSecret(file: string, secret: BootstrapSecret): void {
  writeFileSync(file, JSON.stringify(secret), { mode: 0o600 });
  chmodSync(file, 0o600);
}

async function administer(
  vaultUrl: string,
  rootToken: string,
  { method, path, body }: { readonly method: string; readonly path: string; readonly body?: unknown },
): Promise<Record<string, unknown>> {
  const answer = await fetch(`${vaultUrl}/v1/${path}`, {
    method,
    headers: { 'x-vault-token': rootToken },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok)
    throw new ComponentFailed(`the vault answered ${method} ${path} with ${answer.status}: ${text}`);
  return text === '' ? {} : (JSON.parse(text) as { data: Record<string, unknown> }).data;
}
