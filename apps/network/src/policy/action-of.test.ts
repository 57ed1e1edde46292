import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { actionOf } from './action-of.ts';

const source = fileURLToPath(new URL('..', import.meta.url));

/** Every route that needs an agent, as the controllers declare it. */
function writingRoutes(): [string, string][] {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.controller.ts') && !/^(?:operator|web|owners)\//.test(name),
  );
  return files.flatMap((file) => {
    const text = readFileSync(join(source, file), 'utf8');
    const prefix = /@Controller\('([^']*)'\)/.exec(text)?.[1] ?? '';
    return [...text.matchAll(/@(Post|Patch|Delete|Put)\((?:'([^']*)')?\)/g)].map(
      ([, method = '', path]): [string, string] => [
        method.toUpperCase(),
        `/${[prefix, path].filter(Boolean).join('/')}`,
      ],
    );
  });
}

test('every route that writes is an action of its own in the schema, but the one by which agents enrol', () => {
  const schema = readFileSync(join(source, '../policies/network.cedarschema'), 'utf8');
  const routes = writingRoutes().filter(([, route]) => route !== '/api/v1/agents/register');
  expect(routes.length).toBeGreaterThan(15);
  for (const [method, route] of routes) {
    const action = actionOf(method, route);
    expect([method, route, schema.includes(`"${action}"`)]).toEqual([method, route, true]);
  }
});

test('a write to a route that nobody listed is no action that a policy could permit', () => {
  expect(actionOf('POST', '/api/v1/something-new')).toBe('unlisted-write');
  expect(actionOf('GET', '/api/v1/something-new')).toBe('read');
});
