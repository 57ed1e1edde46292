import { docker } from './engine.ts';
import type { Platform } from './platform.ts';

/** Every port on which anything of ours listens anywhere, and some that a host may have. */
const PORTS = [22, 80, 443, 2375, 3000, 4317, 4318, 5432, 6379, 8081, 8090, 8443, 8444, 8445, 9090];
/** Of TEST-NET-1 and the documentation's IPv6: addresses that are nobody's, and which only a way out leads to. */
const OUTSIDE = ['192.0.2.1', '198.51.100.1', '2001:db8::1'];

export interface OpenDoors {
  readonly byName: string[];
  readonly byAddress: { service: string; port: number }[];
  readonly gateways: string[];
  readonly outside: string[];
}

/** What we read of `docker inspect`. */
interface InspectedContainer {
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, { readonly IPAddress: string }>> };
}
interface InspectedNetwork {
  readonly IPAM: { readonly Config: readonly { readonly Gateway?: string }[] };
}

/** Which of all doors of the platform, and of the world around it, open from inside this service's container. */
export async function openDoors(platform: Platform, from: string): Promise<OpenDoors> {
  const running = await platform.running();
  const others = running.filter(({ service }) => service !== from);
  const addresses = new Map<string, string>();
  for (const { service, id } of others) {
    const [container] = JSON.parse(await docker(['inspect', id])) as InspectedContainer[];
    for (const { IPAddress } of Object.values(container?.NetworkSettings.Networks ?? {})) {
      if (IPAddress !== '') addresses.set(IPAddress, service);
    }
  }
  const gateways = await gatewaysOf(platform);
  const names = others.map(({ service }) => service);
  const tried = await tryDoors(platform, from, [...names, ...addresses.keys(), ...gateways, ...OUTSIDE]);
  const at = (hosts: Iterable<string>) => {
    const among = new Set(hosts);
    return tried.filter(({ host }) => among.has(host));
  };
  const asText = ({ host, port }: { host: string; port: number }) => `${host}:${port}`;
  return {
    byName: at(names).map(asText),
    byAddress: at(addresses.keys()).map(({ host, port }) => ({ service: addresses.get(host) ?? '', port })),
    gateways: at(gateways).map(asText),
    outside: at(OUTSIDE).map(asText),
  };
}

async function gatewaysOf({ project }: Platform): Promise<string[]> {
  const filter = `label=com.docker.compose.project=${project}`;
  const ids = (await docker(['network', 'ls', '-q', '--filter', filter])).split('\n').filter(Boolean);
  const networks = JSON.parse(await docker(['network', 'inspect', ...ids, 'bridge'])) as InspectedNetwork[];
  return networks.flatMap(({ IPAM }) => IPAM.Config.flatMap(({ Gateway }) => (Gateway ? [Gateway] : [])));
}

/** Connects from inside and hangs up; gives the doors that opened. A name that is not known there has none. */
async function tryDoors(platform: Platform, from: string, hosts: readonly string[]) {
  const script = `
    const { connect, isIP } = require('node:net');
    const { Resolver } = require('node:dns/promises');
    const { hosts, ports } = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
    const names = new Resolver({ timeout: 3000, tries: 1 });
    const addressOf = (host) => isIP(host) ? host : names.resolve4(host).then(([one]) => one, () => undefined);
    const open = [];
    const knock = ({ host, address, port }) => new Promise((resolve) => {
      const socket = connect({ host: address, port, timeout: 1500 });
      const end = (isOpen) => { if (isOpen) open.push({ host, port }); socket.destroy(); resolve(); };
      socket.on('connect', () => end(true)).on('timeout', () => end(false)).on('error', () => end(false));
    });
    (async () => {
      const known = await Promise.all(hosts.map(async (host) => ({ host, address: await addressOf(host) })));
      const doors = known.filter(({ address }) => address).flatMap((one) => ports.map((port) => ({ ...one, port })));
      const next = async () => { for (let door = doors.shift(); door; door = doors.shift()) await knock(door); };
      await Promise.all(Array.from({ length: 100 }, next));
      process.stdout.write(JSON.stringify(open), () => process.exit());
    })();`;
  const input = JSON.stringify({ hosts, ports: PORTS });
  return JSON.parse(await platform.exec(from, ['node', '-e', script], input)) as {
    host: string;
    port: number;
  }[];
}
