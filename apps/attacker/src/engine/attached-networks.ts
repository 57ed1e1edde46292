/** Where packets of a machine can go, by its routing tables. */
export interface AttachedNetworks {
  /** Some route leads straight to addresses that are not private, or can't be read. */
  readonly leadsOut: boolean;
  /** Through these it would lead out, if they are there. */
  readonly gateways: readonly Gateway[];
  /** Whether the IPv4 address is in a private network that the machine is attached to. */
  readonly includes: (address: string) => boolean;
}

export interface Gateway {
  readonly address: string;
  readonly networkInterface: string;
}

/** Pure; the texts are those of /proc/net/route and /proc/net/ipv6_route. */
export function attachedNetworks(ipv4Routes: string, ipv6Routes: string): AttachedNetworks {
  const routes = lines(ipv4Routes).slice(1).map(parseIpv4Route);
  const direct = routes.filter(({ gateway }) => gateway === 0);
  return {
    leadsOut:
      !direct.every(isPrivate) ||
      routes.some(({ gateway }) => Number.isNaN(gateway)) ||
      lines(ipv6Routes).map(parseIpv6Route).some(leadsOut),
    gateways: routes
      .filter(({ gateway }) => gateway > 0)
      .map(({ gateway, networkInterface }) => ({ address: ipv4Text(gateway), networkInterface })),
    includes: (address) =>
      direct.filter(isPrivate).some(({ network, mask }) => (ipv4Number(address) & mask) >>> 0 === network),
  };
}

interface Ipv4Route {
  readonly networkInterface: string;
  readonly network: number;
  readonly mask: number;
  /** 0 where the network is attached; not a number where the line can't be read. */
  readonly gateway: number;
}

/** Columns: interface, destination, gateway, flags, reference count, use, metric, mask. */
function parseIpv4Route(line: string): Ipv4Route {
  const [networkInterface = '', destination, gateway, , , , , mask] = line.trim().split(/\s+/);
  return {
    networkInterface,
    network: fromLittleEndian(destination),
    gateway: fromLittleEndian(gateway),
    mask: fromLittleEndian(mask),
  };
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

function ipv4Text(number: number): string {
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 0xff).join('.');
}

function fromLittleEndian(hex = ''): number {
  return /^[0-9A-F]{8}$/i.test(hex) ? Buffer.from(hex, 'hex').readUInt32LE(0) : Number.NaN;
}

const lines = (text: string) => text.split('\n').filter((line) => line.trim() !== '');
