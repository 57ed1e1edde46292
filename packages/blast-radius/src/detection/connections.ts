import { holdsKeys } from '@blastradius/contracts';
import { type Alarm, alarmAt, type Detection, type OperatorsView } from './detection.ts';

type AuditEntry = OperatorsView['audit'][number];

/**
 * Real milliseconds. Clients close what has been idle for a few seconds, and the port may be somebody else's then:
 * the audit knows a connection by its port alone.
 */
const IDLE_MS_MAX = 10_000;
/** What the audit writes where the caller has gone before it was answered. */
const NO_PORT = 0;

/**
 * A credential that goes from one connection to another and back: two are using it. Whoever opens a new
 * connection because the last one has ended doesn't come back to the last one. A pool of connections does, so
 * that a client with more than one raises false alarms.
 */
export const interleavedConnections: Detection = {
  id: 'interleaved-connections',
  title: 'One credential on two connections in turn',
  appliesTo: () => true,
  watch: ({ audit }) => {
    const latest = new Map<string, ReadonlyMap<number, AuditEntry>>();
    return audit.flatMap((entry): Alarm[] => {
      const { credentialId, sourcePort, atMs } = entry;
      if (credentialId === null || sourcePort === NO_PORT) return [];
      const seen = latest.get(credentialId) ?? new Map<number, AuditEntry>();
      const before = seen.get(sourcePort);
      const others = [...seen].filter(([port]) => port !== sourcePort);
      latest.set(credentialId, new Map([...others, [sourcePort, entry]]));
      const isOpen = before !== undefined && atMs - before.atMs <= IDLE_MS_MAX;
      const isBack = isOpen && others.some(([, other]) => other.atMs > before.atMs);
      return isBack ? [alarmAt(entry, { credentialId })] : [];
    });
  },
};

/** Agents don't share a connection; whoever stands in the way of several of them does. */
export const connectionOfMany: Detection = {
  id: 'connection-of-many',
  title: 'One connection, several agents',
  // By the network's own identity the others see that it is somebody else, and say nothing.
  appliesTo: holdsKeys,
  watch: ({ audit }) => {
    const latest = new Map<number, AuditEntry>();
    return audit.flatMap((entry): Alarm[] => {
      const { agent, sourcePort, atMs } = entry;
      if (agent === null || sourcePort === NO_PORT) return [];
      const before = latest.get(sourcePort);
      latest.set(sourcePort, entry);
      const isOpen = before !== undefined && atMs - before.atMs <= IDLE_MS_MAX;
      return isOpen && before.agent !== agent ? [alarmAt(entry, { sourcePort })] : [];
    });
  },
};
