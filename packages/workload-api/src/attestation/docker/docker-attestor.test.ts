import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { AttestorUnavailable, ContainerUnconfirmed } from '../../workload-api.errors.ts';
import type { ContainerFacts } from './container-facts.ts';
import { DockerAttestor } from './docker-attestor.ts';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);
const IN_HOST = 'pid:[4026531836]';
const IN_POD = 'pid:[4026533029]';
const factsOf = (id: string, pid = 7): ContainerFacts => ({
  id,
  imageId: `sha256:${'1'.repeat(64)}`,
  imageName: 'blastradius/fleet:local',
  labels: { 'com.docker.compose.service': 'agent-1', 'com.docker.compose.project': 'blastradius' },
  pid,
});

let procFolder: string;
let known: ContainerFacts[];
let asked: number;
let isEngineAway: boolean;
let attestor: DockerAttestor;

beforeEach(async () => {
  procFolder = await mkdtemp(join(tmpdir(), 'proc-'));
  known = [factsOf(A)];
  asked = 0;
  isEngineAway = false;
  const facts = {
    factsOf: async (id: string) => {
      asked += 1;
      if (isEngineAway) throw new AttestorUnavailable('away');
      return known.find((one) => one.id === id);
    },
  };
  attestor = new DockerAttestor({ facts, engineUid: 0, procFolder });
  await beIn(IN_POD);
});

async function beIn(pidNamespace: string) {
  await mkdir(join(procFolder, 'self/ns'), { recursive: true });
  await symlink(pidNamespace, join(procFolder, 'self/ns/pid'));
}
async function putProcess(pid: number | 'self', cgroups: string) {
  await mkdir(join(procFolder, String(pid)), { recursive: true });
  await writeFile(join(procFolder, String(pid), 'cgroup'), cgroups);
}
const attest = (pid: number) => attestor.attest({ pid, uid: 0, gid: 0, startedAtMs: 0 });

describe('DockerAttestor', () => {
  it("names what the image is, what it was started by, and the container's labels", async () => {
    await putProcess(42, `4:memory:/docker/${A}\n`);
    expect(await attest(42)).toEqual([
      `docker:image_config_digest:sha256:${'1'.repeat(64)}`,
      'docker:image_id:blastradius/fleet:local',
      'docker:label:com.docker.compose.project:blastradius',
      'docker:label:com.docker.compose.service:agent-1',
    ]);
  });

  it('says nothing of a process in no container, of one that is gone, or of another engine', async () => {
    await putProcess(42, '0::/system.slice/ssh.service\n');
    const user = 'user.slice/user-1000.slice/user@1000.service/user.slice';
    await putProcess(43, `0::/${user}/docker-${A}.scope\n`);
    expect(await attest(42)).toEqual([]);
    expect(await attest(43)).toEqual([]);
    expect(await attest(44)).toEqual([]);
    expect(asked).toBe(0);
  });

  it('refuses a container that the engine does not know', async () => {
    await putProcess(42, `0::/docker/${B}\n`);
    await expect(attest(42)).rejects.toBeInstanceOf(ContainerUnconfirmed);
  });

  it('asks once for each container, and knows it when the engine is away; a new one it does not', async () => {
    await putProcess(42, `0::/docker/${A}\n`);
    await putProcess(43, `0::/docker/${B}\n`);
    const before = await attest(42);
    isEngineAway = true;
    expect(await attest(42)).toEqual(before);
    await expect(attest(43)).rejects.toBeInstanceOf(AttestorUnavailable);
    expect(asked).toBe(2);
  });

  describe("among the host's own processes, where the engine's pids can be looked at", () => {
    beforeEach(async () => {
      procFolder = await mkdtemp(join(tmpdir(), 'proc-'));
      attestor = new DockerAttestor({
        facts: { factsOf: async (id) => known.find((one) => one.id === id) },
        engineUid: 0,
        procFolder,
      });
      await beIn(IN_HOST);
      await putProcess(42, `0::/docker/${A}\n`);
    });

    it("takes a container whose first process is in the caller's cgroup", async () => {
      await putProcess(7, `0::/docker/${A}/init.scope\n`);
      expect(await attest(42)).toHaveLength(4);
    });

    it('refuses one whose first process is elsewhere', async () => {
      await putProcess(7, `0::/docker/${B}\n`);
      await expect(attest(42)).rejects.toBeInstanceOf(ContainerUnconfirmed);
    });

    it('waits for one that has no process yet', async () => {
      await expect(attest(42)).rejects.toBeInstanceOf(AttestorUnavailable);
    });
  });

  describe('where a cgroup namespace hides what is above', () => {
    const hostname = `9 1 254:0 /var/lib/docker/containers/${A}/hostname /etc/hostname ro - ext4 /dev/vda rw\n`;
    beforeEach(() => writeFile(join(procFolder, 'self/mountinfo'), hostname));

    it("knows a process in our own container by our own mounts, not by the process's", async () => {
      await putProcess('self', '0::/\n');
      await putProcess(42, '0::/\n');
      await writeFile(join(procFolder, '42/mountinfo'), hostname.replace(A, B));
      expect(await attest(42)).toContain('docker:image_id:blastradius/fleet:local');
    });

    it('takes no process of the host for one of our container', async () => {
      await putProcess('self', `0::/docker/${A}\n`);
      await putProcess(42, '0::/\n');
      expect(await attest(42)).toEqual([]);
    });
  });
});
