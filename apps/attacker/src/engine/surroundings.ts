import { lookup } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { isAbsent } from './absent-gateways.ts';
import { type AttachedNetworks, attachedNetworks, type Gateway } from './attached-networks.ts';

/** What a machine says of itself and its neighbours, read anew for each question. */
export interface Surroundings {
  networks(): AttachedNetworks;
  isAbsent(gateway: Gateway): Promise<boolean>;
  /** All addresses of a name. */
  addressesOf(name: string): Promise<readonly string[]>;
}

export const thisMachine: Surroundings = {
  networks: readNetworks,
  isAbsent,
  addressesOf: async (name) => (await lookup(name, { all: true })).map(({ address }) => address),
};

/** Where the kernel doesn't tell, a way out is assumed. */
function readNetworks(): AttachedNetworks {
  try {
    return attachedNetworks(readFileSync('/proc/net/route', 'utf8'), readIfThere('/proc/net/ipv6_route'));
  } catch {
    return { leadsOut: true, gateways: [], includes: () => false };
  }
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // A kernel without IPv6 has no such file, and no such way out.
    return '';
  }
}
