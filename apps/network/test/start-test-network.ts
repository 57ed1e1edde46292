import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AuditRecord, ledgerRecord } from '@blastradius/ledger';
import { loadConfig } from '../src/config.ts';
import { type NetworkOverrides, startNetwork } from '../src/start.ts';
import { type Caller, openCaller } from './open-caller.ts';

const generous = { requestsPerMinute: 100_000, minutesPerPost: 0, commentsPerHour: 100_000 };

export interface TestNetwork {
  readonly url: string;
  readonly port: number;
  readonly certificatePem: string | null;
  readonly folder: string;
  readonly ledgerFile: string;
  readonly checkpointFile: string;
  readonly operatorSocket: string;
  /** All that the audit log holds so far. */
  audit(): AuditRecord[];
  auditOf(requestId: string): AuditRecord | undefined;
  anonymous(): Caller;
  stop(): Promise<void>;
}

/** A network in this process, on a database of the test's own. */
export async function startTestNetwork(
  environment: Record<string, string>,
  overrides: NetworkOverrides = {},
): Promise<TestNetwork> {
  const folder = mkdtempSync(join(tmpdir(), 'network-'));
  const env = networkEnvironment(folder, environment);
  const network = await startNetwork(loadConfig(env), overrides);
  const port = Number(new URL(network.url).port);
  const audit = () => readAudit(env['LEDGER_FILE'] ?? '');
  return {
    url: network.url,
    port,
    certificatePem: network.certificatePem,
    folder,
    ledgerFile: env['LEDGER_FILE'] ?? '',
    checkpointFile: env['CHECKPOINT_FILE'] ?? '',
    operatorSocket: env['OPERATOR_SOCKET'] ?? '',
    audit,
    auditOf: (requestId) => audit().find((record) => record.requestId === requestId),
    anonymous: () => openCaller({ port, ca: network.certificatePem ?? undefined }),
    stop: async () => {
      await network.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

export function networkEnvironment(folder: string, environment: Record<string, string>) {
  return {
    LEDGER_FILE: join(folder, 'audit.jsonl'),
    CHECKPOINT_FILE: join(folder, 'checkpoints.jsonl'),
    OPERATOR_SOCKET: join(folder, 'operator.sock'),
    DATA_API_URL: 'http://127.0.0.1:54321',
    PUBLISHABLE_KEY: 'sb_publishable_FAKE_for_the_tests',
    RATE_LIMITS: JSON.stringify(generous),
    LOG_LEVEL: 'error',
    ...environment,
  } satisfies Record<string, string>;
}

export function readAudit(file: string): AuditRecord[] {
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines
    .map((line) => ledgerRecord.parse(JSON.parse(line)))
    .filter((record): record is AuditRecord => record.ledger === 'audit');
}
