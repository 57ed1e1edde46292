import { describe, expect, test } from 'vitest';
import { neighbourState } from './absent-gateways.ts';
import { attachedNetworks } from './attached-networks.ts';
import { assertInRange, TargetRefused } from './range-only.ts';
import type { Surroundings } from './surroundings.ts';

const HEADER = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT';
/** 172.18.0.0/16, directly attached: all that a container on an internal network has. */
const ATTACHED = 'eth0\t000012AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0';
const DEFAULT = 'eth0\t00000000\t010012AC\t0003\t0\t0\t0\t00000000\t0\t0\t0';
const HALF_OF_EVERYTHING = 'eth0\t00000000\t00000000\t0001\t0\t0\t0\t00000080\t0\t0\t0';
const PRIVATE_BEHIND_GATEWAY = 'eth0\t0000000A\t010012AC\t0003\t0\t0\t0\t000000FF\t0\t0\t0';
const ZERO = '0'.repeat(32);
/** What every kernel has: link-local, multicast, and the refusal of everything else. */
const IPV6_AT_REST = [
  `fe80${'0'.repeat(28)} 40 ${ZERO} 00 ${ZERO} 00000100 00000001 00000000 00000001     eth0`,
  `${ZERO} 00 ${ZERO} 00 ${ZERO} ffffffff 00000001 00000000 00200200       lo`,
  `ff${'0'.repeat(30)} 08 ${ZERO} 00 ${ZERO} 00000100 00000004 00000000 00000001     eth0`,
];
const IPV6_DEFAULT = `${ZERO} 00 ${ZERO} 00 fe80${'0'.repeat(27)}1 00000400 00000001 00000000 00000003     eth0`;

const ARP_HEADER = 'IP address       HW type     Flags       HW address            Mask     Device';
const PRESENT = '172.18.0.1       0x1         0x2         02:42:ac:12:00:01     *        eth0';
const ASKED_IN_VAIN = '172.18.0.1       0x1         0x0         00:00:00:00:00:00     *        eth0';
const ELSEWHERE = '172.18.0.1       0x1         0x0         00:00:00:00:00:00     *        eth1';

function surroundings(ipv4: readonly string[], ipv6 = IPV6_AT_REST, arp = PRESENT): Surroundings {
  const names: Record<string, string[]> = {
    network: ['172.18.0.5'],
    'straddling.example': ['172.18.0.5', '93.184.216.34'],
    'outside.example': ['93.184.216.34'],
    'over-ipv6': ['2001:db8::1'],
  };
  return {
    networks: () => attachedNetworks([HEADER, ...ipv4].join('\n'), ipv6.join('\n')),
    isAbsent: async (gateway) => neighbourState(`${ARP_HEADER}\n${arp}`, gateway) === 'absent',
    addressesOf: async (name) => {
      if (!(name in names)) throw new Error('ENOTFOUND');
      return names[name] ?? [];
    },
  };
}

const withWayOut = surroundings([DEFAULT, ATTACHED]);
const sealed = surroundings([ATTACHED]);
const sealedByAbsence = surroundings([DEFAULT, ATTACHED], IPV6_AT_REST, ASKED_IN_VAIN);

describe.each([
  ['on a machine with a way out', withWayOut],
  ['on a sealed network', sealed],
  ['where the gateway is nobody', sealedByAbsence],
])('%s', (_where, around) => {
  test.each([
    'https://127.0.0.1:4711/rest/v1',
    'http://127.8.9.10/',
    'https://localhost:443/',
    'https://LOCALHOST/',
    'https://[::1]:8443/x',
    'https://0x7f.1/',
  ])('lets %s through', async (url) => {
    expect(await assertInRange(url, around)).toBeInstanceOf(URL);
  });

  test.each([
    'https://www.moltbook.com/api/v1',
    'https://10.0.0.1/',
    'https://0.0.0.0/',
    'https://[::]/',
    'https://[::ffff:127.0.0.1]/',
    'https://127.0.0.1.example.com/',
    'https://localhost.example.com/',
    'https://127.0.0.1@example.com/',
    'https://user:secret@127.0.0.1/',
    'file:///etc/passwd',
    'ftp://127.0.0.1/',
    'not a url',
    '',
    'https://93.184.216.34/',
    'https://outside.example/',
    'https://straddling.example/',
    'https://over-ipv6/',
  ])('refuses %s', async (url) => {
    await expect(assertInRange(url, around)).rejects.toThrow(TargetRefused);
  });
});

const neighbours = ['https://network:8443/', 'https://172.18.0.5:8444/rest/v1'];

describe.each([
  ['there is no route but to neighbours', sealed],
  ['nobody has the address of the only gateway', sealedByAbsence],
])('a neighbour is let through where %s', (_why, around) => {
  test.each(neighbours)('%s', async (url) => {
    expect(await assertInRange(url, around)).toBeInstanceOf(URL);
  });
});

describe.each([
  ['through a default route', surroundings([DEFAULT, ATTACHED])],
  ['through a default route of IPv6', surroundings([ATTACHED], [...IPV6_AT_REST, IPV6_DEFAULT])],
  ['by a route that covers half of all addresses', surroundings([ATTACHED, HALF_OF_EVERYTHING])],
  ['through a gateway, even to private addresses', surroundings([ATTACHED, PRIVATE_BEHIND_GATEWAY])],
  ['through a gateway that nobody has asked for yet', surroundings([DEFAULT, ATTACHED], IPV6_AT_REST, '')],
  [
    'through a gateway that is absent on another link',
    surroundings([DEFAULT, ATTACHED], IPV6_AT_REST, ELSEWHERE),
  ],
  ['by a line that nobody can read', surroundings([ATTACHED, 'eth0 what is this'])],
])('a neighbour is refused where there is a way out %s', (_way, around) => {
  test.each(neighbours)('%s', async (url) => {
    await expect(assertInRange(url, around)).rejects.toThrow(/way out/);
  });
});

test('a private address of another network is refused', async () => {
  await expect(assertInRange('https://172.19.0.5/', sealed)).rejects.toThrow(/attached/);
});
