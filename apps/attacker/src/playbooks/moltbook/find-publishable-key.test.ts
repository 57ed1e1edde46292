import { expect, test } from 'vitest';
import { projectIn, scriptsOf } from './find-publishable-key.ts';

test('finds the scripts of a page', () => {
  const html = `<html><script src="/_next/static/chunks/a1.js" defer></script><script>1</script>
    <script async src='https://127.0.0.1:1/b.js'></script></html>`;
  expect(scriptsOf(html)).toEqual(['/_next/static/chunks/a1.js', 'https://127.0.0.1:1/b.js']);
});

test('finds the key, and of all URLs the one beside it', () => {
  const script = `let d="https://docs.example/x";${'/*filler*/'.repeat(40)}
    let c=createClient("https://127.0.0.1:4711","sb_publishable_FAKE-abc_1");${'/*filler*/'.repeat(40)}
    let e="https://example.org/y"`;
  expect(projectIn(script)).toEqual({
    url: 'https://127.0.0.1:4711',
    publishableKey: 'sb_publishable_FAKE-abc_1',
  });
});

test('a script without a publishable key holds no project', () => {
  expect(projectIn('createClient("https://127.0.0.1:4711", "sb_secret_x")')).toBeUndefined();
});
