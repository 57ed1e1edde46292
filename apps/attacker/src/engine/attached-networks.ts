import { readFileSync } from 'node:fs';

/** Where packets of this machine can go, as its kernel has it. */
export interface AttachedNetworks {
  /** Some route leads through a gateway, or straight to addresses that are not private. */
  readonly hasWayOut: boolean;
  /** Whether the IPv4 address is in a private network that this machine is attached to. */
  readonly includes: (address: string) => boolean;
}

/** Where the kernel doesn't tell, a way out is assumed. */
export function readAttachedNetworks(): AttachedNetworks {
  try {
    const ipv6 = readIfThere('/proc/net/ipv6_route');
    return attachedNetworks(readFileSync('/proc/net/route', 'utf8'), ipv6);
  } catch {
    return { hasWayOut: true, includes: () => false };
  }
}

/** Pure; the texts are those of /proc/net/route and /proc/net/ipv6_route. */
export function attachedNetworks(ipv4Routes: string, ipv6Routes: string): AttachedNetworks {
  const routes = lines(ipv4Routes).slice(1).map(parseIpv4Route);
  const isHere = (route: Ipv4Route) => route.gateway === 0 && isPrivate(route);
  const ipv6 = lines(ipv6Routes).map(parseIpv6Route);
  return {
    hasWayOut: !routes.every(isHere) || ipv6.some(leadsOut),
    includes: (address) =>
      routes.filter(isHere).some(({ network, mask }) => (ipv4Number(address) & mask) >>> 0 === network),
  };
}

interface Ipv4Route {
  readonly network: number;
  readonly mask: number;
  readonly gateway: number;
}

/** Columns: interface, destination, gateway, flags, reference count, use, metric, mask. */
function parseIpv4Route(line: string): Ipv4Route {
  const [, destination = '', gateway = '', , , , , mask = ''] = line.trim().split(/\s+/);
  const [network, gatewayNumber, maskNumber] = [destination, gateway, mask].map(fromLittleEndian);
  return { network: network ?? 0, gateway: gatewayNumber ?? 0, mask: maskNumber ?? 0 };
}

/** RFC 1918, and the link-local range. */
const PRIVATE = [
  ['10.0.0.0', '255.0.0.0'],
  ['172.16.0.0', '255.240.0.0'],
  ['192.168.0.0', '255.255.0.0'],
  ['169.254.0.0', '255.255.0.0'],
].map(([network = '', mask = '']) => ({ network: ipv4Number(network), mask: ipv4Number(mask) }));

function isPrivate({ network, mask }: Ipv4Route): boolean {
  return PRIVATE.some((range) => {
    const isNarrower = (mask & range.mask) >>> 0 === range.mask;
    return isNarrower && (network & range.mask) >>> 0 === range.network;
  });
}

const RTF_GATEWAY = 0x0002;
const RTF_REJECT = 0x0200;

interface Ipv6Route {
  readonly destination: string;
  readonly flags: number;
  readonly networkInterface: string;
}

/** Columns: destination, its prefix, source, its prefix, next hop, metric, references, use, flags, interface. */
function parseIpv6Route(line: string): Ipv6Route {
  const columns = line.trim().split(/\s+/);
  return {
    destination: columns[0] ?? '',
    flags: Number.parseInt(columns[8] ?? '', 16),
    networkInterface: columns[9] ?? '',
  };
}

/** All but loopback, what is refused, and link-local (fe80), unique local (fc, fd) and multicast (ff) destinations. */
function leadsOut({ destination, flags, networkInterface }: Ipv6Route): boolean {
  if (networkInterface === 'lo' || (flags & RTF_REJECT) !== 0) return false;
  return (flags & RTF_GATEWAY) !== 0 || !/^(?:fe[89ab]|f[cd]|ff)/.test(destination);
}

function ipv4Number(address: string): number {
  return address.split('.').reduce((number, part) => number * 256 + Number(part), 0);
}

function fromLittleEndian(hex: string): number {
  return /^[0-9A-F]{8}$/i.test(hex) ? Buffer.from(hex, 'hex').readUInt32LE(0) : Number.NaN;
}

const lines = (text: string) => text.split('\n').filter((line) => line.trim() !== '');

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // A kernel without IPv6 has no such file, and no such way out.
    return '';
  }
}
