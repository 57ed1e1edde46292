import { describe, expect, it } from 'vitest';
import { findTcpSocket } from './tcp-table.ts';

const head =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const row = (addresses: string, uid: number, inode: number) =>
  `   0: ${addresses} 01 00000000:00000000 00:00000000 00000000  ${uid}        0 ${inode} 1 0000000000000000 20 4 0 10 -1\n`;
const endpoints = {
  localAddress: '127.0.0.1',
  localPort: 40_000,
  remoteAddress: '127.0.0.2',
  remotePort: 8090,
};
const ours = '0100007F:9C40 0200007F:1F9A';

describe('findTcpSocket', () => {
  it('finds user and inode of the end that is asked for, and not of the other', () => {
    const other = '0200007F:1F9A 0100007F:9C40';
    const tcp = head + row(other, 0, 1) + row(ours, 1000, 4711);
    expect(findTcpSocket({ tcp, tcp6: head }, endpoints)).toEqual({ uid: 1000, inode: '4711' });
    expect(findTcpSocket({ tcp: head + row(other, 0, 1), tcp6: head }, endpoints)).toBeUndefined();
  });

  it('finds a caller that uses an IPv6 socket for its IPv4 address', () => {
    const mapped = ours
      .split(' ')
      .map((end) => `0000000000000000FFFF0000${end}`)
      .join(' ');
    expect(findTcpSocket({ tcp: head, tcp6: head + row(mapped, 7, 12) }, endpoints)).toEqual({
      uid: 7,
      inode: '12',
    });
  });

  it('takes a socket that nobody holds any more for absent', () => {
    expect(findTcpSocket({ tcp: head + row(ours, 0, 0), tcp6: head }, endpoints)).toBeUndefined();
  });

  it('takes nothing that merely begins alike', () => {
    const longer = { ...endpoints, localPort: 0x9c4 };
    expect(findTcpSocket({ tcp: head + row(ours, 0, 5), tcp6: head }, longer)).toBeUndefined();
  });
});
