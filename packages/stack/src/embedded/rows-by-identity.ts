import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type IssuancePolicy, modifierOf } from '@blastradius/contracts';
import type { EmbeddedSetting } from './embedded-setting.ts';

/**
 * Arm jwt-svid+rls: PostgREST knows callers by their JWT-SVIDs. The sidecar's file writer leaves it the
 * trust domain's keys in a file and tells it of new ones, and row-level security is on before anyone calls.
 */
export function hasRowsByIdentity({ arm }: Pick<EmbeddedSetting, 'arm'>): boolean {
  return modifierOf(arm) === 'rls';
}

const OUTPUT = 'postgrest';
/** Before it runs there is nobody to tell, and it reads the keys at its start. */
const RELOAD = '[ ! -e "$1" ] || kill -USR2 "$(cat "$1")"';
const folderOf = ({ socketFolder }: EmbeddedSetting) => join(socketFolder, 'postgrest-identity');
const pidFileOf = ({ socketFolder }: EmbeddedSetting) => join(socketFolder, 'postgrest.pid');

/** Whom tokens for the hosted backend are made out to. */
export function audienceOf({ scenario }: Pick<EmbeddedSetting, 'scenario'>): string {
  return `spiffe://${scenario.identity.trustDomain}/data-api`;
}

/** What lets the sidecar write files for PostgREST. */
export function fileOutputPolicies(setting: EmbeddedSetting): IssuancePolicy[] {
  if (!hasRowsByIdentity(setting)) return [];
  return [
    {
      id: OUTPUT,
      selectors: [`file-output:${OUTPUT}`],
      spiffeId: 'spiffe://{trustDomain}/data-api',
      dnsNames: [],
    },
  ];
}

export function fileOutputEnvironment(setting: EmbeddedSetting): Record<string, string> {
  if (!hasRowsByIdentity(setting)) return {};
  const directory = folderOf(setting);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const output = {
    name: OUTPUT,
    directory,
    // The keys that verify tokens come with a token; PostgREST itself shows it to nobody.
    tokens: [{ file: 'own.jwt', audience: [audienceOf(setting)] }],
    onChange: { kind: 'command', command: ['/bin/sh', '-c', RELOAD, 'sh', pidFileOf(setting)] },
  };
  const file = join(setting.socketFolder, 'file-outputs.json');
  writeFileSync(file, JSON.stringify({ outputs: [output] }), { mode: 0o600 });
  return { FILE_OUTPUTS_FILE: file };
}

/** In place of a secret that PostgREST would share with whoever signs for it. */
export function verifyingEnvironment(setting: EmbeddedSetting): Record<string, string> {
  return {
    PGRST_JWT_SECRET: `@${keysFileOf(setting)}`,
    PGRST_JWT_AUD: audienceOf(setting),
    PGRST_DB_PRE_REQUEST: 'identity.admit',
    PGRST_APP_SETTINGS_TRUST_DOMAIN: setting.scenario.identity.trustDomain,
    PGRST_APP_SETTINGS_AUDIENCE: audienceOf(setting),
    PGRST_APP_SETTINGS_AGENT_ROLE: agentRoleOf(setting),
  };
}

export const keysFileOf = (setting: EmbeddedSetting) => join(folderOf(setting), 'jwt_bundle.json');

/** By which the sidecar finds PostgREST. */
export function leavePid(setting: EmbeddedSetting, pid: number): void {
  writeFileSync(pidFileOf(setting), `${pid}\n`, { mode: 0o600 });
}

export const agentRoleOf = ({ databaseSuffix }: EmbeddedSetting) => `agent_${databaseSuffix}`;

/** To be run when the network has made its tables. The grants to anon stay as they are: the rows are closed. */
export function rowLevelSecurity(setting: EmbeddedSetting, authenticator: string): string {
  const role = agentRoleOf(setting);
  return `
    create role ${role} nologin;
    grant ${role} to ${authenticator};
    grant usage on schema public to ${role};
    grant select on all tables in schema public to ${role};
    do $$
    declare
      name text;
    begin
      for name in select tablename from pg_tables where schemaname = 'public' loop
        execute format('alter table public.%I enable row level security', name);
      end loop;
    end
    $$;`;
}
