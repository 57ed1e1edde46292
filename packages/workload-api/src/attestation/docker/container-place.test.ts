import { describe, expect, it } from 'vitest';
import { isAtRoot, ownContainerId, placeInCgroups } from './container-place.ts';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);
const v2 = (path: string) => placeInCgroups(`0::${path}\n`);

describe('placeInCgroups', () => {
  it.each([
    ['version 1, every hierarchy', `9:name=systemd:/docker/${A}\n4:memory:/docker/${A}\n0::/docker/${A}\n`],
    ['version 1 beside an unused version 2', `4:memory:/docker/${A}\n0::/\n`],
    ['version 1 under systemd', `4:cpu,cpuacct:/system.slice/docker-${A}.scope\n`],
    ['version 2', `0::/docker/${A}\n`],
    ['version 2 under systemd', `0::/system.slice/docker-${A}.scope\n`],
    ['a group that the container made within itself', `0::/system.slice/docker-${A}.scope/init.scope\n`],
    ['podman', `0::/machine.slice/libpod-${A}.scope/container\n`],
    ['podman with cgroupfs', `0::/libpod_parent/libpod-${A}\n`],
    ['a neighbour of our own container', `0::/../docker-${A}.scope\n`],
    ['a neighbour with cgroupfs', `0::/../${A}\n`],
  ])("finds the container of the host's engine: %s", (_where, cgroups) => {
    expect(placeInCgroups(cgroups)).toEqual({ containerId: A, engineUid: 0 });
  });

  it.each(['docker', 'libpod'])('says whose engine it is where it is a rootless one: %s', (engine) => {
    expect(
      v2(`/user.slice/user-1000.slice/user@1000.service/user.slice/${engine}-${A}.scope/container`),
    ).toEqual({ containerId: A, engineUid: 1000 });
  });

  it.each([
    ['a process of the host', '/'],
    ['a service', '/system.slice/docker.service'],
    ['a login', '/user.slice/user-1000.slice/session-1.scope'],
    ['a name in a place of its own', `/user.slice/user-1000.slice/docker-${A}.scope`],
    ['a name below a service', `/system.slice/x.service/docker/${A}`],
    ['a name below another parent', `/custom/${A}`],
    ["another user's slice", `/user.slice/user-1.slice/user@2.service/user.slice/docker-${A}.scope`],
    ['a container within a container', `/docker/${A}/docker/${B}`],
    ['a container that claims to be another', `/system.slice/docker-${A}.scope/docker-${B}.scope`],
    ['a neighbour of a neighbour', `/../../docker-${A}.scope`],
    ["podman's monitor", `/machine.slice/libpod-conmon-${A}.scope`],
    ['an id that is too short', `/docker/${A.slice(1)}`],
    ['an id that is too long', `/docker/${A}a`],
    ['an id in capitals', `/docker/${A.toUpperCase()}`],
  ])('finds none: %s', (_what, path) => {
    expect(v2(path)).toBeUndefined();
  });

  it('finds none where hierarchies disagree, or where it reads no cgroups at all', () => {
    expect(placeInCgroups(`4:memory:/docker/${A}\n5:cpu:/docker/${B}\n`)).toBeUndefined();
    expect(placeInCgroups(`4:memory:/docker/${A}\n5:cpu:/docker/${A}/docker/${B}\n`)).toBeUndefined();
    expect(placeInCgroups('')).toBeUndefined();
    expect(placeInCgroups(`/docker/${A}`)).toBeUndefined();
  });
});

describe('isAtRoot', () => {
  it('holds where nothing is seen of the place', () => {
    expect(isAtRoot('4:memory:/\n0::/\n')).toBe(true);
    expect(isAtRoot(`4:memory:/docker/${A}\n0::/\n`)).toBe(false);
    expect(isAtRoot('')).toBe(false);
  });
});

describe('ownContainerId', () => {
  const mount = (root: string, point: string) =>
    `405 317 254:0 ${root} ${point} ro,relatime - ext4 /dev/vda rw`;

  it.each([
    `/var/lib/docker/containers/${A}/hostname`,
    `/docker/containers/${A}/hostname`,
    `/containers/storage/overlay-containers/${A}/userdata/hostname`,
  ])('is in the path of what the engine mounted: %s', (root) => {
    expect(ownContainerId(`${mount('/x', '/')}\n${mount(root, '/etc/hostname')}\n`)).toBe(A);
  });

  it('is nowhere on a host, or in a mount at another place', () => {
    expect(ownContainerId(mount('/', '/'))).toBeUndefined();
    expect(
      ownContainerId(mount(`/var/lib/docker/containers/${A}/hostname`, '/data/hostname')),
    ).toBeUndefined();
    expect(ownContainerId('')).toBeUndefined();
  });
});
