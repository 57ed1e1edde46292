import { isIPv4 } from 'node:net';
import { DomainError } from '@blastradius/kernel';
import type { AttachedNetworks } from './attached-networks.ts';
import { type Surroundings, thisMachine } from './surroundings.ts';

/** The attacker was pointed, or found its way, at something that is not the range. */
export class TargetRefused extends DomainError {
  readonly code = 'target.refused';
  readonly category = 'forbidden';
}

/**
 * Lets through what can only reach the range; every URL passes here, also one that was found in
 * somebody's page. This is a range, not a weapon. Loopback is the range always. A neighbour is only where
 * this machine has no way out at all, as on an internal network of containers: then nothing beyond the
 * networks it is attached to can be reached, whatever a name resolves to in the next moment.
 */
export async function assertInRange(
  target: string | URL,
  surroundings: Surroundings = thisMachine,
): Promise<URL> {
  const url = parse(target);
  if (isLoopback(url.hostname)) return url;
  const attached = surroundings.networks();
  if (await hasWayOut(attached, surroundings)) {
    throw refused(url, 'is not on loopback, and this machine has a way out');
  }
  const addresses = isIPv4(url.hostname) ? [url.hostname] : await resolved(url, surroundings.addressesOf);
  if (addresses.length === 0 || !addresses.every(attached.includes)) {
    throw refused(url, 'is not on a private network that this machine is attached to');
  }
  return url;
}

/** A route through a gateway is one, unless nobody is there. */
async function hasWayOut(
  { leadsOut, gateways }: AttachedNetworks,
  { isAbsent }: Surroundings,
): Promise<boolean> {
  if (leadsOut) return true;
  const absent = await Promise.all(gateways.map(isAbsent));
  return absent.includes(false);
}

/** http(s) with no name and password in it; the parser has brought every spelling of an IPv4 address to four decimal numbers. */
function parse(target: string | URL): URL {
  let url: URL;
  try {
    url = new URL(target);
  } catch (cause) {
    throw new TargetRefused('the target is no URL', { cause });
  }
  const isHttp = url.protocol === 'https:' || url.protocol === 'http:';
  if (isHttp && url.username === '' && url.password === '') return url;
  throw refused(url, 'is no plain http or https URL');
}

function isLoopback(hostname: string): boolean {
  return /^127\.\d+\.\d+\.\d+$/.test(hostname) || ['[::1]', 'localhost'].includes(hostname);
}

async function resolved(url: URL, addressesOf: Surroundings['addressesOf']): Promise<readonly string[]> {
  try {
    return await addressesOf(url.hostname);
  } catch (cause) {
    throw refused(url, 'is no name that is known here', cause);
  }
}

function refused(url: URL, why: string, cause?: unknown): TargetRefused {
  return new TargetRefused(`${url.protocol}//${url.host} ${why}`, {
    cause,
    publicDetail: 'The attacker only attacks the range.',
  });
}
