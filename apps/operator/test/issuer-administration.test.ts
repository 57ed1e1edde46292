import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { IssuerAdministration } from '../src/issuer/issuer-administration.ts';
import { KeptTokens } from '../src/join-tokens/keep-tokens.ts';
import { IssuerAway, IssuerRefused } from '../src/operator.errors.ts';
import { operate } from '../src/operator.ts';

const folder = () => {
  const path = mkdtempSync(join(tmpdir(), 'operator-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
};

async function serveIssuer(socket: string, answer: RequestListener) {
  const server = createServer((request, response) => {
    request.resume();
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(async () => void (await close()));
  return { close };
}

function minting(seen: string[]): RequestListener {
  return ({ method, url }, response) => {
    seen.push(`${method} ${url}`);
    const body =
      url === '/admin/policies'
        ? { policies: 0 }
        : { joinToken: 't', bundle: { x509Authorities: ['AAAA', 'BBBB'] } };
    response.end(JSON.stringify(body));
  };
}

function administrationOf(...sockets: string[]) {
  const administration = new IssuerAdministration(sockets);
  onTestFinished(() => administration.close());
  return administration;
}

test('asks the second issuer where the first is away or in trouble', async () => {
  const path = folder();
  const seen: string[] = [];
  await serveIssuer(
    join(path, 'in-trouble.sock'),
    (_request, response) => void response.writeHead(503).end('{}'),
  );
  await serveIssuer(join(path, 'well.sock'), minting(seen));
  const sockets = ['nobody.sock', 'in-trouble.sock', 'well.sock'].map((name) => join(path, name));
  expect(await administrationOf(...sockets).mintJoinToken('fleet', 60)).toEqual({
    joinToken: 't',
    bundle: 'AAAA,BBBB',
  });
  expect(seen).toEqual(['POST /admin/join-tokens']);
});

test('asks nobody else when one says no', async () => {
  const path = folder();
  const seen: string[] = [];
  await serveIssuer(join(path, 'no.sock'), (_request, response) => void response.writeHead(400).end('"no"'));
  await serveIssuer(join(path, 'well.sock'), minting(seen));
  const administration = administrationOf(join(path, 'no.sock'), join(path, 'well.sock'));
  await expect(administration.replacePolicies([])).rejects.toThrow(IssuerRefused);
  expect(seen).toEqual([]);
});

test('says that no issuer is there', async () => {
  await expect(administrationOf(join(folder(), 'nobody.sock')).replacePolicies([])).rejects.toThrow(
    IssuerAway,
  );
});

test('the operator waits for an issuer, registers once, and hands out tokens', async () => {
  const path = folder();
  const socket = join(path, 'issuer.sock');
  const issuer = administrationOf(socket);
  const placed: string[] = [];
  const tokens = new KeptTokens({
    issuer,
    folders: new Map([
      [
        'fleet',
        { holdsToken: () => placed.length > 0, place: ({ joinToken }) => void placed.push(joinToken) },
      ],
    ]),
    ttlSeconds: 60,
    now: Date.now,
  });
  const stopped = new AbortController();
  const said: string[] = [];
  const operating = operate({
    issuer,
    policies: [],
    tokens,
    say: (message) => void said.push(message),
    signal: stopped.signal,
  });
  await expect.poll(() => said, { timeout: 5000 }).toContain('no issuer can be reached yet');
  expect(tokens.isComplete).toBe(false);
  const seen: string[] = [];
  await serveIssuer(socket, minting(seen));
  await expect.poll(() => tokens.isComplete, { timeout: 5000 }).toBe(true);
  stopped.abort();
  await operating;
  expect(seen).toEqual(['PUT /admin/policies', 'POST /admin/join-tokens']);
  expect(placed).toEqual(['t']);
});
