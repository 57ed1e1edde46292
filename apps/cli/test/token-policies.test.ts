import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tokenAdministration } from '@blastradius/contracts';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';

const command = join(import.meta.dirname, '../bin/blastradius.mjs');
const folder = mkdtempSync(join(tmpdir(), 'token-policies-'));

async function tokenPolicy(...args: string[]) {
  const child = spawn(process.execPath, [command, 'token', 'policy', ...args]);
  const texts = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (texts.stdout += chunk));
  child.stderr.on('data', (chunk) => (texts.stderr += chunk));
  const [status] = await once(child, 'close');
  return { status, ...texts };
}

/** An issuer's socket that keeps the policies it was given. */
async function fakeIssuer(name: string) {
  const kept: unknown[] = [];
  const server = createServer(async (request, response) => {
    const text = Buffer.concat(await request.toArray()).toString();
    if (request.method === 'PUT') kept.push(tokenAdministration.tokenPolicies.parse(JSON.parse(text)));
    response.end(JSON.stringify(request.method === 'PUT' ? { policies: 1 } : kept.at(-1)));
  });
  const socket = join(folder, `${name}.sock`);
  await once(server.listen(socket), 'listening');
  onTestFinished(() => void server.close());
  return { socket, kept };
}

function file(text: string): string {
  const path = join(folder, 'policies.yaml');
  writeFileSync(path, text);
  return path;
}

test('gives the issuer the policies of a file, and shows them as one that could be given again', async () => {
  const { socket, kept } = await fakeIssuer('good');
  const path = file('policies:\n  - id: ada\n    client: spiffe://a.test/agent/*\n    scopes: [read]\n');
  expect(await tokenPolicy('apply', path, '--admin-socket', socket)).toMatchObject({
    status: 0,
    stdout: '1 token policies count now\n',
  });
  const { stdout } = await tokenPolicy('show', '--admin-socket', socket);
  expect(tokenAdministration.tokenPolicies.parse(parse(stdout))).toEqual(kept[0]);
  expect(kept[0]).toMatchObject({
    policies: [{ client: 'spiffe://a.test/agent/*', bearer: false, grants: [] }],
  });
});

test('asks no issuer about a file that is wrong, and says where', async () => {
  const { socket, kept } = await fakeIssuer('wrong');
  for (const [text, problem] of [
    ['policies:\n  - id: ada\n    client: ada\n', /policies\.0\.client: .*SPIFFE ID/],
    ['policies:\n  - id: ada\n    client: spiffe://a.test/x\n    scope: [read]\n', /policies\.0: .*scope/],
    ['policies: [', /can not be read/],
  ] as const) {
    const answer = await tokenPolicy('apply', file(text), '--admin-socket', socket);
    expect(answer).toMatchObject({ status: 2, stderr: expect.stringMatching(problem) });
  }
  expect(kept).toEqual([]);
});
