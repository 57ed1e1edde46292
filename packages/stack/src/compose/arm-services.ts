import type { Arm } from '@blastradius/contracts';
import { ArmNotInCompose } from '../stack.errors.ts';
import type { WorldSetting } from '../world/world-setting.ts';

/** A ledger in a container, and the name by which a run keeps it. */
export interface ContainerLedger {
  readonly service: string;
  readonly file: string;
  readonly name: string;
}

/** The services of docker-compose.yml that make up the world of one arm. */
export interface ArmServices {
  readonly network: string;
  /** The processes that carry agents: the first carries those that no other does, the others one each. */
  readonly fleets: readonly string[];
  readonly attacker: string;
  readonly issuers: readonly string[];
  /** The network's own. */
  readonly sidecar: string | null;
  /** Everything that is made anew for a run: all but PostgreSQL, Redis and their secrets. */
  readonly all: readonly string[];
  readonly ledgers: readonly ContainerLedger[];
  /** Where it is in the careless agent's container and in the attacker's. */
  readonly backupFile: string | null;
}

/** So many agents have a container of their own, beside a sidecar of their own. */
export const AGENT_CONTAINERS = 3;

export function servicesOf(arm: Arm): ArmServices {
  if (arm === 'static-key') return staticKeyServices;
  if (arm === 'x509-svid') return x509SvidServices;
  throw new ArmNotInCompose(arm);
}

/** k6 stands beside a sidecar in either arm, so that the generator is the same. */
const LOAD_SERVICES = ['issuer-1', 'issuer-2', 'operator', 'sidecar-load'];

/** The services whose containers are made anew for this world. */
export function servicesFor({ arm, loadGenerator }: WorldSetting): string[] {
  const { all } = servicesOf(arm);
  return loadGenerator ? [...new Set([...all, ...LOAD_SERVICES])] : [...all];
}

const numbers = Array.from({ length: AGENT_CONTAINERS }, (_, index) => index + 1);
const agents = numbers.map((number) => `agent-${number}`);
const identity = [
  'issuer-1',
  'issuer-2',
  'operator',
  ...['network', 'fleet', ...agents].flatMap((workload) => [`pod-${workload}`, `sidecar-${workload}`]),
];

const staticKeyServices: ArmServices = {
  network: 'network-static-key',
  fleets: ['fleet-static-key'],
  attacker: 'attacker-static-key',
  issuers: [],
  sidecar: null,
  all: worldOf('static-key'),
  ledgers: ledgersOf('static-key'),
  backupFile: null,
};

const x509SvidServices: ArmServices = {
  network: 'network-x509-svid',
  fleets: ['fleet-x509-svid', ...agents],
  attacker: 'attacker-x509-svid',
  issuers: ['issuer-1', 'issuer-2'],
  sidecar: 'sidecar-network',
  all: [...identity, ...agents, ...worldOf('x509-svid')],
  ledgers: [
    ...ledgersOf('x509-svid'),
    ...agents.map((agent) => ({ service: agent, file: 'agents.jsonl', name: `agents-${agent}.jsonl` })),
    { service: 'issuer-1', file: 'issuer.jsonl', name: 'issuer.jsonl' },
    { service: 'issuer-2', file: 'issuer.jsonl', name: 'issuer-2.jsonl' },
  ],
  backupFile: '/backup/agent-backup.pem',
};

function worldOf(arm: Arm): string[] {
  return ['postgrest', 'data-api', 'network', 'fleet', 'attacker'].map((part) => `${part}-${arm}`);
}

function ledgersOf(arm: Arm): ContainerLedger[] {
  return [
    { service: `network-${arm}`, file: 'audit.jsonl', name: 'audit.jsonl' },
    { service: `data-api-${arm}`, file: 'data-api.jsonl', name: 'data-api.jsonl' },
    { service: `fleet-${arm}`, file: 'agents.jsonl', name: 'agents-agent-host.jsonl' },
    { service: `attacker-${arm}`, file: 'attacker.jsonl', name: 'attacker.jsonl' },
  ];
}
