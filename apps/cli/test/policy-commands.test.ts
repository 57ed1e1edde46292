import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';

const command = join(import.meta.dirname, '../bin/blastradius.mjs');
const folder = mkdtempSync(join(tmpdir(), 'policy-'));
const socket = join(folder, 'admin.sock');
const file = (name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const good = file(
  'good.yaml',
  "policies:\n  - { id: agents, selectors: ['unix:uid:1'], spiffeId: 'spiffe://{{trustDomain}}/{{unix.user}}' }\n",
);
const bad = file(
  'bad.yaml',
  "policies:\n  - { id: agents, selectors: ['unix:uid:1'], spiffeId: 'spiffe://{{trustDomain}}/{{unix.usr}}' }\n",
);

/** An issuer's socket that keeps what it was ordered, and refuses policies for a trust domain that is not its own. */
let policies: unknown[];
let orders: string[];
const server = createServer(async (request, response) => {
  orders.push(`${request.method} ${request.url}`);
  response.setHeader('content-type', 'application/json');
  if (request.method === 'GET') return void response.end(JSON.stringify({ revision: 3, policies }));
  const body = JSON.parse(Buffer.concat(await request.toArray()).toString());
  if (JSON.stringify(body).includes('other.test')) {
    response.statusCode = 400;
    const detail = 'policy agents, spiffeId: it leaves the trust domain (try {{trustDomain}})';
    return void response.end(JSON.stringify({ detail }));
  }
  ({ policies } = body);
  response.end(JSON.stringify({ policies: policies.length }));
});
beforeAll(() => once(server.listen(socket), 'listening'));
afterAll(() => server.close());
beforeEach(() => {
  policies = [];
  orders = [];
});

async function policy(...args: string[]) {
  const child = spawn(process.execPath, [command, 'policy', ...args]);
  const texts = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (texts.stdout += chunk));
  child.stderr.on('data', (chunk) => (texts.stderr += chunk));
  const [status] = await once(child, 'close');
  return { status, ...texts };
}

describe('blastradius policy', () => {
  test('applies a file that is good, and shows it so that it can be applied again', async () => {
    expect(await policy('apply', good, '--admin-socket', socket)).toMatchObject({
      status: 0,
      stdout: '1 policies count now\n',
    });
    const { stdout } = await policy('show', '--admin-socket', socket);
    expect(stdout).toMatch(/^# revision 3\n/);
    expect(parse(stdout)).toEqual({ policies });
    expect((await policy('check', file('shown.yaml', stdout))).status).toBe(0);
  });

  test.each(['check', 'apply'])('%s refuses a file that is bad with 2, and asks no issuer', async (what) => {
    const socketOption = what === 'apply' ? ['--admin-socket', socket] : [];
    const { status, stdout, stderr } = await policy(what, bad, ...socketOption);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(
      `${bad}:2:82 policies.0.spiffeId: policy agents: no attestor gives an attribute {{unix.usr}}; try {{unix.user}}`,
    );
    expect(orders).toEqual([]);
  });

  test('says what the issuer refuses, which knows its trust domain, with 2', async () => {
    const foreign = file(
      'foreign.json',
      JSON.stringify({ policies: [{ id: 'agents', selectors: ['x'], spiffeId: 'spiffe://other.test/x' }] }),
    );
    const { status, stderr } = await policy('apply', foreign, '--admin-socket', socket);
    expect(status).toBe(2);
    expect(stderr).toContain('policy agents, spiffeId: it leaves the trust domain (try {{trustDomain}})');
    expect((await policy('check', foreign)).status).toBe(0);
    expect((await policy('check', foreign, '--trust-domain', 'moltbook.test')).status).toBe(2);
  });

  test('says of a file that is not there that it is not', async () => {
    const { status, stderr } = await policy('check', join(folder, 'nowhere.yaml'));
    expect([status, stderr]).toEqual([2, expect.stringContaining("can't be read")]);
  });
});
