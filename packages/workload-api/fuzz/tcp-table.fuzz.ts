import { mutatedText } from '@blastradius/fuzz-kit';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { findTcpSocket } from '../src/tcp-peer/tcp-table.ts';

const rows = [
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
  '   0: 0200007F:1F9A 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 11 1 0 20 4 0 10 -1',
  '   1: 0100007F:9C40 0200007F:1F9A 01 00000000:00000000 00:00000000 00000000  1000        0 12 1 0 20 4 0 10 -1',
  '   2: 0100007F:9C41 0200007F:1F9A 06 00000000:00000000 03:000013E0 00000000     0        0 0 3 0',
  '',
];
const table = rows.join('\n');
const endpoints = {
  localAddress: '127.0.0.1',
  localPort: 40_000,
  remoteAddress: '127.0.0.2',
  remotePort: 8090,
};

/** The same question, asked of the words of each line. */
function uidAndInodeOf(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const words = line.split(/\s+/);
    return words.flatMap((word, at) =>
      word === '0100007F:9C40' && words[at + 1] === '0200007F:1F9A'
        ? [`${Number(words[at + 6])} ${words[at + 8]}`]
        : [],
    );
  });
}

it('the kernel’s table of connections names the owner of this very one, or nobody', async () => {
  expect(findTcpSocket({ tcp: table, tcp6: '' }, endpoints)).toEqual({ uid: 1000, inode: '12' });
  await fc.assert(
    fc.property(mutatedText(table), (changed) => {
      const found = findTcpSocket({ tcp: changed, tcp6: '' }, endpoints);
      if (found === undefined) return;
      expect(uidAndInodeOf(changed)).toContain(`${found.uid} ${found.inode}`);
    }),
  );
});
