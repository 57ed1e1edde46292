import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

it('the README shows the example that the interop tests run', () => {
  expect(readme).toContain(`\`\`\`ts\n${readFileSync(join(root, 'examples/mtls.ts'), 'utf8')}\`\`\``);
});

it('the README names every code that an error of this package can have', () => {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
  const sources = files.filter((file) => file.endsWith('.errors.ts') || /(?:pem|read)\.ts$/.test(file));
  const text = sources.map((file) => readFileSync(join(root, 'src', file), 'utf8')).join('\n');
  const codes = [...text.matchAll(/['`]((?:[a-z0-9-]+|\$\{this\.profile\})\.[a-z-]+)['`]/g)].map(
    ([, code = '']) => code.replace(/^\$\{this\.profile\}\./, ''),
  );
  expect(codes.length).toBeGreaterThan(50);
  expect(codes.filter((code) => !readme.includes(`\`${code}\``))).toEqual([]);
});
