import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { call, findComposes, root } from './engine.ts';

const composes = await findComposes();
if (composes.length === 0) process.stderr.write('deploy: no compose is there: its tests are skipped\n');

interface Service {
  readonly [key: string]: unknown;
  readonly user?: string;
  readonly networks?: Record<string, unknown> | string[];
  readonly ports?: readonly unknown[];
  readonly volumes?: readonly unknown[];
}
interface ComposeFile {
  readonly services: Record<string, Service>;
  readonly networks: Record<string, { internal?: boolean }>;
}

const text = readFileSync(join(root, 'docker-compose.yml'), 'utf8');
/** As the file has it, with anchors and merges resolved. */
const file = parse(text, { merge: true, maxAliasCount: -1 }) as ComposeFile;
const services = Object.entries(file.services);

describe.each(composes.map(([program, ...args]) => ({ name: [program, ...args].join(' '), program, args })))(
  '$name',
  ({ program, args }) => {
    const config = (...more: string[]) => call(program, [...args, ...more, 'config']);

    test('takes the file, with every profile, without a complaint', async () => {
      expect(await config()).toContain('network-x509-svid');
      expect(await config('--profile', 'attack', '--profile', 'load')).toContain('attacker-static-key');
    });

    test('reads the same platform with .env.example as without', async () => {
      const empty = join(mkdtempSync(join(tmpdir(), 'compose-env-')), 'empty.env');
      onTestFinished(() => rmSync(dirname(empty), { recursive: true }));
      writeFileSync(empty, '');
      expect(await config('--env-file', '.env.example')).toBe(await config('--env-file', empty));
    });
  },
);

test('.env.example names every setting, with its default', () => {
  const example = readFileSync(join(root, '.env.example'), 'utf8');
  const settings = new Map(
    [...text.matchAll(/\$\{([A-Z0-9_]+):-([^}]*)\}/g)].map(([, name, value]) => [name, value]),
  );
  const named = new Map(
    [...example.matchAll(/^([A-Z0-9_]+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
  );
  expect(Object.fromEntries(named)).toEqual(Object.fromEntries(settings));
});

describe.each(services)('%s', (name, service) => {
  test('is no root, has no capability, cannot gain any, and cannot write but where it must', () => {
    expect(service).toMatchObject({
      user: expect.stringMatching(/^[1-9]\d*:[1-9]\d*$/),
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
    expect(service['pids_limit']).toBeGreaterThan(0);
    expect(service['mem_limit']).toMatch(/^\d+[mg]$/);
    for (const privilege of ['privileged', 'cap_add', 'devices', 'ipc', 'userns_mode']) {
      expect(service).not.toHaveProperty(privilege);
    }
  });

  test('shares nothing of the host: no namespace, no socket of the engine, no folder to write in', () => {
    expect(service['network_mode'] ?? '').not.toBe('host');
    expect(service['pid'] ?? '').not.toBe('host');
    const mounts = (service.volumes ?? []).map(String);
    expect(mounts.filter((mount) => mount.includes('docker.sock'))).toEqual([]);
    expect(mounts.filter((mount) => /^[./]/.test(mount) && !mount.endsWith(':ro'))).toEqual([]);
  });

  test('publishes on loopback, and only what a user opens', () => {
    const ports = (service.ports ?? []).map(String);
    expect(ports.every((port) => port.startsWith('127.0.0.1:'))).toBe(true);
    expect(ports.length).toBe(name === 'network-static-key' || name === 'network-x509-svid' ? 1 : 0);
  });

  test('keeps a bounded log, and is given time to stop', () => {
    expect(service['logging']).toMatchObject({ options: { 'max-size': expect.any(String) } });
    expect(service['stop_grace_period']).toBeDefined();
  });
});

describe('compose.docker-attestor.yml', () => {
  const overlay = parse(readFileSync(join(root, 'compose.docker-attestor.yml'), 'utf8'), {
    merge: true,
  }) as ComposeFile;
  const holders = Object.entries(overlay.services).filter(([, { volumes = [] }]) =>
    volumes.some((mount) => String(mount).includes('engine.sock')),
  );

  test("gives the engine's socket to one service, which has nothing else: no root, no network, no capability", () => {
    expect(holders.map(([name]) => name)).toEqual(['container-facts']);
    expect(holders[0]?.[1]).toMatchObject({
      user: '1000:1000',
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      network_mode: 'none',
    });
  });

  test('lets the sidecars of the agents ask it, and the operator, and no agent', () => {
    const askers = Object.entries(overlay.services).filter(([, { volumes = [] }]) =>
      volumes.includes('container-facts:/run/container-facts:ro'),
    );
    expect(askers.map(([name]) => name)).toEqual([
      'operator',
      'sidecar-agent-1',
      'sidecar-agent-2',
      'sidecar-agent-3',
    ]);
  });
});

test('only the ports that are published have a network with a way out', () => {
  const open = Object.entries(file.networks).filter(([, network]) => network.internal !== true);
  expect(open.map(([name]) => name)).toEqual(['published']);
});

describe('the public edge', () => {
  let onEdge: string[] = [];
  beforeAll(() => {
    onEdge = services
      .filter(([, { networks = [] }]) => [networks].flat().includes('edge'))
      .map(([name]) => name);
  });

  test('holds both networks, both data-apis and the thief', () => {
    expect(onEdge.sort()).toEqual([
      'attacker-static-key',
      'attacker-x509-svid',
      'data-api-static-key',
      'data-api-x509-svid',
      'network-static-key',
      'network-x509-svid',
    ]);
  });

  test('is all that the thief is on', () => {
    for (const arm of ['static-key', 'x509-svid']) {
      expect(file.services[`attacker-${arm}`]).toMatchObject({ networks: ['edge'] });
    }
  });
});
