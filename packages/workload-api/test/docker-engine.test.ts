import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readlinkSync, rmdirSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { parseContainerFacts } from '../src/attestation/docker/container-facts.ts';
import { DockerAttestor } from '../src/attestation/docker/docker-attestor.ts';

const IMAGE = 'node:24-bookworm-slim';
const FACTS =
  '{"id":{{json .Id}},"imageId":{{json .Image}},"imageName":{{json .Config.Image}},"labels":{{json .Config.Labels}},"pid":{{.State.Pid}}}';

const docker = (...args: string[]) => execFileSync('docker', args, { encoding: 'utf8' }).trim();
const isEngineHere =
  spawnSync('docker', ['image', 'inspect', IMAGE]).status === 0 &&
  readlinkSync('/proc/self/ns/pid') === 'pid:[4026531836]';
const canMakeCgroups = isEngineHere && process.getuid?.() === 0 && existsSync('/sys/fs/cgroup/memory/docker');
if (!isEngineHere) process.stderr.write(`skipped: no Docker engine is on this host, or it has no ${IMAGE}\n`);
else if (!canMakeCgroups) process.stderr.write('skipped: cgroups of version 1 can not be made here\n');

const started: string[] = [];
afterEach(() => {
  for (const id of started.splice(0)) docker('rm', '-f', id);
});

function startContainer(label: string): { id: string; pid: number } {
  const id = docker('run', '-d', '--network', 'none', '--label', `who=${label}`, IMAGE, 'sleep', '300');
  started.push(id);
  return { id, pid: Number(docker('inspect', '-f', '{{.State.Pid}}', id)) };
}

/** A new one each time, so that nothing is known from before. */
function attest(pid: number): Promise<string[]> {
  const facts = { factsOf: async (id: string) => parseContainerFacts(docker('inspect', '-f', FACTS, id)) };
  return new DockerAttestor({ facts, engineUid: 0 }).attest({ pid, uid: 0, gid: 0, startedAtMs: 0 });
}

describe.runIf(isEngineHere)('a process in a container of a real engine', () => {
  it('is attested by the image and the labels of its own container', async () => {
    const [one, other] = [startContainer('one'), startContainer('other')];
    expect(await attest(one.pid)).toEqual([
      `docker:image_config_digest:${docker('image', 'inspect', '-f', '{{.Id}}', IMAGE)}`,
      `docker:image_id:${IMAGE}`,
      'docker:label:who:one',
    ]);
    expect(await attest(other.pid)).toContain('docker:label:who:other');
    expect(await attest(process.pid)).toEqual([]);
  });

  it.runIf(canMakeCgroups)('is nobody in a group that it named after another container', async () => {
    const [victim, impostor] = [startContainer('victim'), startContainer('impostor')];
    const own = `/sys/fs/cgroup/memory/docker/${impostor.id}`;
    const forged = `${own}/docker/${victim.id}`;
    mkdirSync(forged, { recursive: true });
    writeFileSync(`${forged}/cgroup.procs`, String(impostor.pid));
    try {
      expect(await attest(impostor.pid)).toEqual([]);
    } finally {
      writeFileSync(`${own}/cgroup.procs`, String(impostor.pid));
      rmdirSync(forged);
      rmdirSync(`${own}/docker`);
    }
    expect(await attest(impostor.pid)).toContain('docker:label:who:impostor');
  });
});
