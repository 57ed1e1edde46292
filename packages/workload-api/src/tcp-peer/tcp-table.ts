/** An established connection over IPv4, as one of its ends sees it. */
export interface TcpEndpoints {
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
}

export interface TcpSocketEntry {
  /** Who made the socket. */
  readonly uid: number;
  readonly inode: string;
}

/** After the two addresses, as the kernel prints them: st, tx:rx, tr:when, retrnsmt, uid, timeout, inode. */
const REST = /^[0-9A-F]{2} [0-9A-F]{8}:[0-9A-F]{8} [0-9A-F]{2}:[0-9A-F]{8} [0-9A-F]{8} +(\d+) +\d+ (\d+) /;
/** An IPv4 address inside an IPv6 one (`::ffff:127.0.0.1`), up to where the IPv4 part begins. */
const MAPPED = '0000000000000000FFFF0000';

/**
 * Finds one end of a connection in the text of /proc/net/tcp and /proc/net/tcp6 (proc(5)): a program
 * that speaks IPv6 sockets only stands in the second with its IPv4 address mapped. A socket that no
 * process holds any more has no inode and counts as absent.
 */
export function findTcpSocket(
  tables: { readonly tcp: string; readonly tcp6: string },
  endpoints: TcpEndpoints,
): TcpSocketEntry | undefined {
  const { localAddress, localPort, remoteAddress, remotePort } = endpoints;
  const local = `${hexAddress(localAddress)}:${hexPort(localPort)}`;
  const remote = `${hexAddress(remoteAddress)}:${hexPort(remotePort)}`;
  return (
    findRow(tables.tcp, ` ${local} ${remote} `) ??
    findRow(tables.tcp6, ` ${MAPPED}${local} ${MAPPED}${remote} `)
  );
}

function findRow(table: string, addresses: string): TcpSocketEntry | undefined {
  const found = table.indexOf(addresses);
  if (found === -1) return undefined;
  const start = found + addresses.length;
  const end = table.indexOf('\n', start);
  const [, uid, inode] = REST.exec(table.slice(start, end === -1 ? undefined : end)) ?? [];
  if (uid === undefined || inode === undefined || inode === '0') return undefined;
  return { uid: Number(uid), inode };
}

/** The kernel prints an address as the number that its memory holds: on x86-64 and arm64 the last byte first. */
function hexAddress(address: string): string {
  return address
    .split('.')
    .toReversed()
    .map((part) => Number(part).toString(16).padStart(2, '0'))
    .join('')
    .toUpperCase();
}

function hexPort(port: number): string {
  return port.toString(16).padStart(4, '0').toUpperCase();
}
