import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { Gateway } from './attached-networks.ts';

/** The discard port (RFC 863): what counts is whether anybody has the address. */
const DISCARD = 9;
/** The kernel asks three times, a second apart, who has an address. */
const ASKED_FOR_MS = 6000;

/**
 * Whether nobody has this gateway's address, so that its route leads nowhere: as in a container on an
 * internal network whose bridge has no address (engines before 26 give it a default route all the same).
 * Believed only on the inner end of a virtual link: on a real network a gateway may be back in a minute.
 */
export async function isAbsent(gateway: Gateway): Promise<boolean> {
  if (!isInnerEnd(gateway.networkInterface)) return false;
  const state = () => neighbourState(readFileSync('/proc/net/arp', 'utf8'), gateway);
  // While the kernel is still asking, its table reads as if it had asked in vain: so we wait for an answer of our own.
  const key = `${gateway.networkInterface} ${gateway.address}`;
  if (state() === 'unknown' || !asked.has(key)) asked.set(key, askFor(gateway));
  await asked.get(key);
  return state() === 'absent';
}

const asked = new Map<string, Promise<void>>();

/**
 * What the kernel's table of neighbours, as in /proc/net/arp, says: `absent` once it has asked and nobody
 * answered. Pure. Columns: address, hardware type, flags, hardware address, mask, device.
 */
export function neighbourState(table: string, gateway: Gateway): 'present' | 'absent' | 'unknown' {
  for (const line of table.split('\n')) {
    const [address, , flags, , , device] = line.trim().split(/\s+/);
    if (address !== gateway.address || device !== gateway.networkInterface) continue;
    return flags === '0x0' ? 'absent' : 'present';
  }
  return 'unknown';
}

/** The two ends of a virtual pair know each other by another index; a real interface is its own. */
function isInnerEnd(networkInterface: string): boolean {
  const read = (what: string) => readFileSync(`/sys/class/net/${networkInterface}/${what}`, 'utf8').trim();
  try {
    return read('iflink') !== read('ifindex');
  } catch {
    return false;
  }
}

/** Has the kernel find out; resolves when it has, whatever it found. */
function askFor({ address }: Gateway): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const socket = connect({ host: address, port: DISCARD, timeout: ASKED_FOR_MS });
  for (const end of ['connect', 'timeout', 'error'] as const) socket.once(end, () => resolve());
  return promise.finally(() => socket.destroy());
}
