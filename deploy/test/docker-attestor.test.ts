import { statSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { issuerRecordOf } from '../../packages/ledger/src/index.ts';
import { docker, whatIsMissing } from './engine.ts';
import { Platform } from './platform.ts';

const ENGINE_SOCKET = '/var/run/docker.sock';
const missing = await whatIsMissing();
const WELL_WITHIN_MS = 600_000;
const TAG = 'attest';
const IMPOSTOR = `blastradius/impostor:${TAG}`;
const AGENT = /^spiffe:\/\/moltbook\.test\/agent\//;
const OURS = 'mode=0700,uid=1000,gid=1000';

describe.skipIf(missing !== undefined)('an agent in a container of its own, attested by its image', () => {
  let platform: Platform;
  const started: string[] = [];

  beforeAll(async () => {
    platform = await Platform.open({
      IMAGE_TAG: TAG,
      COMPOSE_FILE: 'docker-compose.yml:compose.docker-attestor.yml',
      DOCKER_SOCKET_GID: String(statSync(ENGINE_SOCKET).gid),
    });
    await platform.compose('build', 'issuer-1', 'sidecar-agent-1', 'operator', 'agent-1');
    // The same files and the same command: the label alone makes it another image.
    await docker(['build', '-q', '-t', IMPOSTOR, '-'], `FROM blastradius/fleet:${TAG}\nLABEL impostor=yes\n`);
    await platform.up('sidecar-agent-1');
    await platform.untilWell(['container-facts', 'operator', 'sidecar-agent-1'], WELL_WITHIN_MS);
  }, 2_400_000);

  afterEach(async () => {
    for (const id of started.splice(0)) await docker(['rm', '-f', id]);
  });

  afterAll(async () => {
    await platform?.down();
    expect(await platform?.leftovers()).toEqual([]);
    await docker(['rmi', '-f', IMPOSTOR]);
  }, 300_000);

  test('gets its identity, and an impostor of another image gets PermissionDenied', async () => {
    const agent = await start(`blastradius/fleet:${TAG}`);
    await expect.poll(issued, { timeout: 60_000 }).toEqual([expect.stringMatching(AGENT)]);
    expect(await refusals()).toEqual([]);
    await docker(['rm', '-f', agent]);

    const impostor = await start(IMPOSTOR);
    await expect.poll(refusals, { timeout: 60_000 }).toContain('workload-api.no-identity');
    await expect.poll(() => platform.log(impostor), { timeout: 90_000 }).toContain('no identity issued');
    expect(await issued()).toHaveLength(1);
  }, 300_000);

  test('has a neighbour who tells about containers, and of nothing that is secret', async () => {
    const agent = await start(`blastradius/fleet:${TAG}`);
    const facts = await ask('GET', `/containers/${agent}`);
    expect(facts.status).toBe(200);
    expect(Object.keys(facts.body ?? {}).sort()).toEqual(['id', 'imageId', 'imageName', 'labels', 'pid']);
    expect((await ask('GET', `/images/${encodeURIComponent(`blastradius/fleet:${TAG}`)}`)).body).toEqual({
      id: facts.body?.['imageId'],
    });
    for (const [method, path] of [
      ['GET', '/containers/json'],
      ['GET', `/containers/${agent}/json`],
      ['GET', `/containers/${agent}?x=1`],
      ['GET', `/containers/${agent}/../../images/json`],
      ['GET', `/containers/${'0'.repeat(64)}`],
      ['GET', `/images/${encodeURIComponent('node:24-bookworm-slim')}`],
      ['GET', '/_ping'],
      ['POST', `/containers/${agent}`],
      ['POST', '/containers/create'],
      ['DELETE', `/containers/${agent}`],
    ] as const) {
      expect((await ask(method, path)).status, `${method} ${path}`).toBe(404);
    }
  });

  /** What compose would start as agent 1, its labels and all, from this image. */
  async function start(image: string): Promise<string> {
    const { project } = platform;
    const config = parse(await platform.compose('config')) as ComposeConfig;
    const id = await docker([
      'run',
      '-d',
      ...[
        '--label',
        `com.docker.compose.project=${project}`,
        '--label',
        'com.docker.compose.service=agent-1',
      ],
      ...Object.entries(config.services['agent-1']?.environment ?? {}).flatMap(([name, value]) => [
        '-e',
        `${name}=${value}`,
      ]),
      ...['--pid', `container:${await platform.containerOf('pod-agent-1')}`, '--network', 'none'],
      ...['--user', '1000:1000', '--cap-drop', 'ALL', '--read-only', '--tmpfs', `/run/blastradius:${OURS}`],
      ...['--tmpfs', `/var/lib/blastradius:${OURS}`, '-v', `${project}_workload-api-agent-1:/run/spiffe:ro`],
      image,
    ]);
    started.push(id.trim());
    return id.trim();
  }

  /** The agents that the issuer has given an SVID. */
  async function issued(): Promise<string[]> {
    const ledger = await platform.exec('issuer-1', ['cat', '/var/lib/blastradius/ledger/issuer.jsonl']);
    const records = ledger
      .split('\n')
      .filter(Boolean)
      .map((line) => issuerRecordOf(JSON.parse(line)));
    return records.flatMap(({ event, spiffeId }) =>
      event === 'svid-issued' && spiffeId !== null && AGENT.test(spiffeId) ? [spiffeId] : [],
    );
  }

  /** Why the sidecar has refused callers. */
  async function refusals(): Promise<string[]> {
    const log = await platform.log(await platform.containerOf('sidecar-agent-1'));
    const lines = log.split('\n').filter((line) => line.includes('"workload api call refused"'));
    return lines.map((line) => (JSON.parse(line) as { reason: string }).reason);
  }

  /** Asks the gatekeeper from the sidecar's container, where its socket is. */
  async function ask(method: string, path: string) {
    const question = ['node', '-e', ASK, method, path];
    return JSON.parse(await platform.exec('sidecar-agent-1', question)) as {
      status: number;
      body?: Record<string, unknown>;
    };
  }
});

const ASK = `
  const [method, path] = process.argv.slice(1);
  const socketPath = '/run/container-facts/facts.sock';
  require('node:http').request({ socketPath, method, path }, async (answer) => {
    const text = Buffer.concat(await answer.toArray()).toString();
    console.log(JSON.stringify({ status: answer.statusCode, ...(text ? { body: JSON.parse(text) } : {}) }));
  }).end();`;

interface ComposeConfig {
  readonly services: Record<string, { environment: Record<string, string> }>;
}
