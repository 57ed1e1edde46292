import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FactsSocket } from '../src/attestation/docker/facts-socket.ts';
import { AttestorUnavailable } from '../src/workload-api.errors.ts';

const ID = 'a'.repeat(64);
const FACTS = { id: ID, imageId: 'sha256:1', imageName: 'x', labels: { a: 'b' }, pid: 7 };

let socketPath: string;
let server: Server;
let answer: (response: ServerResponse) => void;
let asked: (string | undefined)[];

beforeEach(async () => {
  socketPath = join(await mkdtemp(join(tmpdir(), 'facts-')), 'facts.sock');
  asked = [];
  server = createServer((request, response) => {
    asked.push(request.url);
    answer(response);
  });
  await once(server.listen(socketPath), 'listening');
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const facts = () => new FactsSocket(socketPath).factsOf(ID);

describe('FactsSocket', () => {
  it('asks for one container and reads what it is told', async () => {
    answer = (response) => response.end(JSON.stringify({ ...FACTS, more: 'ignored' }));
    expect(await facts()).toEqual(FACTS);
    expect(asked).toEqual([`/containers/${ID}`]);
  });

  it('hears that there is no such container', async () => {
    answer = (response) => response.writeHead(404).end();
    expect(await facts()).toBeUndefined();
  });

  it.each([
    ['an error', (response: ServerResponse) => response.writeHead(502).end()],
    ['no JSON', (response: ServerResponse) => response.end('<html>')],
    ['another container', (response: ServerResponse) => response.end(JSON.stringify({ ...FACTS, id: 'b' }))],
    ['no image', (response: ServerResponse) => response.end(JSON.stringify({ ...FACTS, imageId: 1 }))],
    [
      'labels that are none',
      (response: ServerResponse) => response.end(JSON.stringify({ ...FACTS, labels: [1] })),
    ],
    ['a broken connection', (response: ServerResponse) => void response.destroy()],
    ['far too much', (response: ServerResponse) => response.end(JSON.stringify('x'.repeat(2 << 20)))],
    ['nothing at all, for too long', () => {}],
  ])('can tell nothing after %s', async (_what, how) => {
    answer = how;
    await expect(facts()).rejects.toBeInstanceOf(AttestorUnavailable);
  });

  it('can tell nothing while nobody listens', async () => {
    await expect(new FactsSocket(`${socketPath}.gone`).factsOf(ID)).rejects.toMatchObject({
      code: 'attestation.attestor-unavailable',
    });
  });
});
