import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { TargetRefused } from '../src/engine/range-only.ts';
import { createThiefFetch, presentNothing } from '../src/engine/thief-fetch.ts';

async function serverThatRedirectsTo(location: string) {
  let asked = 0;
  const server = createServer((_request, response) => {
    asked += 1;
    response.writeHead(302, { location }).end();
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, asked: () => asked };
}

test.each(['https://example.com/', '/again'])('does not follow a redirect to %s', async (location) => {
  const { url, asked } = await serverThatRedirectsTo(location);
  const response = await createThiefFetch(presentNothing())(url);
  expect(response.status).toBe(302);
  expect(asked()).toBe(1);
});

test('asks nobody outside the range', async () => {
  await expect(createThiefFetch(presentNothing())('https://example.com/')).rejects.toThrow(TargetRefused);
});
