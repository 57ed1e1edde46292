import { readLogLines } from '@blastradius/audit';
import { type IssuerRecord, issuerRecordOf } from '@blastradius/ledger';
import { AuditInputUnusable } from './audit-command.errors.ts';

export interface ShowFlags {
  readonly since?: string;
  readonly event?: string;
  readonly spiffeId?: string;
}

/** Prints an issuer's records; whether they are what was written, `verify` tells. */
export function showRecords(file: string, flags: ShowFlags): void {
  const sinceMs = flags.since === undefined ? 0 : Date.parse(flags.since);
  if (Number.isNaN(sinceMs)) throw new AuditInputUnusable(`--since ${flags.since} is no time (ISO 8601)`);
  for (const { bytes, number, isWhole } of readLogLines(file)) {
    if (!isWhole) return;
    const record = readRecord(bytes, `${file}:${number}`);
    if (isWanted(record, sinceMs, flags)) process.stdout.write(`${showRecord(record)}\n`);
  }
}

function isWanted(record: IssuerRecord, sinceMs: number, { event, spiffeId }: ShowFlags): boolean {
  if (record.atMs < sinceMs) return false;
  if (event !== undefined && record.event !== event) return false;
  return spiffeId === undefined || record.spiffeId === spiffeId;
}

function showRecord({ atMs, event, kind, spiffeId, serial, policyId, reason }: IssuerRecord): string {
  const time = new Date(atMs).toISOString();
  return [time, event, kind, spiffeId ?? '-', serial ?? '-', policyId ?? '-', reason].join('  ');
}

function readRecord(bytes: Buffer, place: string): IssuerRecord {
  try {
    return issuerRecordOf(JSON.parse(bytes.toString('utf8')));
  } catch (cause) {
    throw new AuditInputUnusable(`${place} is no event of an issuer`, { cause });
  }
}
