import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const command = join(root, 'apps/cli/bin/blastradius.mjs');
const fleet = join(root, 'apps/fleet/dist/main.js');

/** What is printed, but for what differs from host to host. */
const shapeOf = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.startsWith('  '))
    .map((line) => line.trim().replace(/^((?:unix|interpreter):[a-z0-9_]+:).*$/, '$1'));

/** The first paragraph that the page shows below its command. */
function shown(): string {
  const page = readFileSync(join(root, 'docs/spiffe.md'), 'utf8');
  const [, block = ''] = /```\n\$ npx blastradius identity explain[^\n]*\n([\s\S]*?)\n\n/.exec(page) ?? [];
  return block;
}

test('docs/spiffe.md shows what identity explain says of a process that carries agents', async () => {
  // Without settings it ends at once, so it is kept from its first line.
  const agents = spawn(process.execPath, [fleet], { stdio: ['pipe', 'ignore', 'ignore'] });
  onTestFinished(() => void agents.kill('SIGKILL'));
  await once(agents, 'spawn');
  process.kill(agents.pid ?? 0, 'SIGSTOP');
  const args = [command, 'identity', 'explain', '--pid', String(agents.pid)];
  const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect(shapeOf(shown()).length).toBeGreaterThan(5);
  expect(new Set(shapeOf(stdout))).toEqual(new Set(shapeOf(shown())));
});
