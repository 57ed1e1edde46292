import { createPublicKey } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { readLogLines, type SignedCheckpoint } from '@blastradius/audit';
import { auditAdministration } from '@blastradius/contracts';
import { askIssuer } from '../issuer/ask-issuer.ts';
import { AuditInputUnusable } from './audit-command.errors.ts';

export interface VoucherSources {
  readonly checkpoints?: string;
  readonly key?: string;
  readonly adminSocket?: string;
}

/** By what a log is judged beyond its own chain: whose keys count, and what they have signed of it. */
export interface Vouchers {
  readonly keys: readonly string[];
  readonly checkpoints: readonly SignedCheckpoint[];
}

/**
 * Keys come from the operator alone, as a file or from the issuer's own socket: one that came with the
 * checkpoints would vouch for whoever wrote them.
 */
export async function vouchersFor(file: string, sources: VoucherSources): Promise<Vouchers> {
  const { checkpoints, key, adminSocket } = sources;
  if (checkpoints !== undefined && key === undefined && adminSocket === undefined) {
    throw new AuditInputUnusable(
      '--checkpoints needs --key or --admin-socket: whose signature counts, you have to say',
    );
  }
  const keys = [...(key === undefined ? [] : keysOf(key)), ...(await keysFrom(adminSocket))];
  if (keys.length === 0) return { keys, checkpoints: [] };
  const beside = `${file}.checkpoints`;
  const stored = [
    ...(checkpoints === undefined ? [] : readCheckpoints(checkpoints)),
    ...(checkpoints === undefined && existsSync(beside) ? readCheckpoints(beside) : []),
  ];
  const log = logOf(file);
  const known = await checkpointsFrom(adminSocket, log);
  // A file may hold what another log's issuer signed; that says nothing of this one.
  return { keys, checkpoints: [...stored.filter((one) => one.log === log), ...known] };
}

/** The `source` of the log's events: which log its checkpoints speak of. */
export function logOf(file: string): string | undefined {
  for (const { bytes } of readLogLines(file)) {
    try {
      const { source } = JSON.parse(bytes.toString('utf8')) as { source?: unknown };
      return typeof source === 'string' ? source : undefined;
    } catch {
      return undefined;
    }
  }
  return undefined;
}

function keysOf(file: string): string[] {
  const armoured = /-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g;
  const pems = readText(file).match(armoured) ?? [];
  if (pems.length === 0) throw new AuditInputUnusable(`${file} holds no public key in PEM`);
  return pems.map((pem) => createPublicKey(pem).export({ type: 'spki', format: 'der' }).toString('base64'));
}

async function keysFrom(adminSocket: string | undefined): Promise<string[]> {
  if (adminSocket === undefined) return [];
  const { keys } = await askIssuer({
    adminSocket,
    method: 'GET',
    path: '/admin/audit/keys',
    answer: auditAdministration.auditKeysAnswer,
  });
  return keys.map(({ publicKey }) => publicKey);
}

async function checkpointsFrom(adminSocket: string | undefined, log: string | undefined) {
  if (adminSocket === undefined || log === undefined) return [];
  const { checkpoints } = await askIssuer({
    adminSocket,
    method: 'GET',
    path: `/admin/audit/checkpoints?log=${encodeURIComponent(log)}`,
    answer: auditAdministration.checkpointsAnswer,
  });
  return checkpoints;
}

function readCheckpoints(file: string): SignedCheckpoint[] {
  // The last line may be torn, as the log's own may.
  const lines = readText(file).split('\n').slice(0, -1);
  return lines.map((line, i) => {
    try {
      return auditAdministration.auditCheckpoint.parse(JSON.parse(line));
    } catch (cause) {
      throw new AuditInputUnusable(`${file}:${i + 1} is no checkpoint`, { cause });
    }
  });
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new AuditInputUnusable(`${file} can't be read`, { cause });
  }
}
