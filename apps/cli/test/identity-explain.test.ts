import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { issuerAdministration } from '@blastradius/contracts';
import { describe, expect, onTestFinished, test } from 'vitest';

const command = join(import.meta.dirname, '../bin/blastradius.mjs');
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'explain-')));

async function explain(...args: string[]) {
  const child = spawn(process.execPath, [command, 'identity', 'explain', ...args]);
  const texts = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (texts.stdout += chunk));
  child.stderr.on('data', (chunk) => (texts.stderr += chunk));
  const [status] = await once(child, 'close');
  return { status, ...texts };
}

/** An issuer's socket that explains nothing but keeps what it was asked. */
async function fakeIssuer() {
  const asked: unknown[] = [];
  const server = createServer(async (request, response) => {
    asked.push(JSON.parse(Buffer.concat(await request.toArray()).toString()));
    const policies = [{ policyId: 'agent', template: 'x', spiffeIds: ['spiffe://moltbook.test/agent/ada'] }];
    response.end(JSON.stringify({ policies }));
  });
  const socket = join(folder, 'admin.sock');
  await once(server.listen(socket), 'listening');
  onTestFinished(() => void server.close());
  return { socket, asked };
}

describe('blastradius identity explain', () => {
  test('says what a real process is attested as, and asks the issuer about just that', async () => {
    const script = join(folder, 'agent.mjs');
    writeFileSync(script, 'setTimeout(() => {}, 60_000); process.stdout.write("up");');
    const agent = spawn(process.execPath, [script]);
    onTestFinished(() => void agent.kill('SIGKILL'));
    await once(agent.stdout, 'data');
    const { socket, asked } = await fakeIssuer();
    const { status, stdout } = await explain(
      '--pid',
      String(agent.pid),
      '--admin-socket',
      socket,
      '--node',
      'n',
    );
    expect(stdout).toContain(`  interpreter:path:${script}\n`);
    expect(stdout).toContain(`  unix:uid:${process.getuid?.()}\n`);
    expect(stdout).toContain('agent  grants spiffe://moltbook.test/agent/ada');
    expect(status).toBe(0);
    const [question] = asked.map((one) => issuerAdministration.explainRequest.parse(one));
    expect(question?.node).toBe('n');
    expect(question?.selectors).toContain(`interpreter:path:${script}`);
    for (const selector of question?.selectors ?? []) expect(stdout).toContain(`  ${selector}\n`);
  });

  test('explains selectors without a process', async () => {
    const { socket, asked } = await fakeIssuer();
    await explain('--selectors', 'unix:uid:1,unix:gid:2', '--admin-socket', socket);
    expect(asked).toEqual([{ selectors: ['unix:gid:2', 'unix:uid:1'] }]);
  });

  test('says what is wrong: no process, no socket, no question', async () => {
    const gone = spawnSync('true').pid;
    expect(await explain('--pid', String(gone))).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/there is no process \d+/),
    });
    expect(
      await explain('--selectors', 'unix:uid:1', '--admin-socket', join(folder, 'none.sock')),
    ).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/no issuer answers its operator at .*none\.sock.*ENOENT/),
    });
    for (const args of [[], ['--pid', '1', '--selectors', 'unix:uid:1']]) {
      expect(await explain(...args)).toMatchObject({ status: 2, stderr: expect.stringMatching(/either/) });
    }
    const docker = await explain('--pid', '1', '--attestors', 'unix,docker');
    expect(docker).toMatchObject({ status: 2, stderr: expect.stringMatching(/--docker-facts-socket/) });
  });
});
