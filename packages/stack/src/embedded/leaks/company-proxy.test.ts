import { once } from 'node:events';
import { request } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { startCompanyProxy } from './company-proxy.ts';

async function serverThatSays(text: string, port = 0): Promise<number> {
  const server = createServer((socket) => void socket.on('error', () => {}).write(text));
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

async function tunnel(proxyUrl: string, port: number): Promise<{ socket: Socket; said: string }> {
  const connecting = request(proxyUrl, { method: 'CONNECT', path: `127.0.0.1:${port}` });
  connecting.end();
  const [, socket, head] = (await once(connecting, 'connect')) as [unknown, Socket, Buffer];
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  const said = head.length > 0 ? head : ((await once(socket, 'data')) as [Buffer])[0];
  return { socket, said: said.toString() };
}

test('leads to the network; to the thief once it is diverted, and back when it is repaired', async () => {
  const proxy = await startCompanyProxy();
  onTestFinished(() => proxy.stop());
  const network = await serverThatSays('network');
  await serverThatSays('thief', proxy.interception.listenPort);
  const before = await tunnel(proxy.url, network);
  expect(before.said).toBe('network');
  const closed = once(before.socket, 'close');
  proxy.divert();
  await closed;
  expect((await tunnel(proxy.url, network)).said).toBe('thief');
  proxy.repair();
  expect((await tunnel(proxy.url, network)).said).toBe('network');
});

test('who has asked when the way is diverted still gets its answer, and only then has to come again', async () => {
  const proxy = await startCompanyProxy();
  onTestFinished(() => proxy.stop());
  const { promise: asked, resolve: ask } = Promise.withResolvers<Socket>();
  const server = createServer((socket) => {
    socket.on('error', () => {}).write('network');
    socket.once('data', () => ask(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { socket } = await tunnel(proxy.url, (server.address() as AddressInfo).port);
  socket.write('question');
  const answering = await asked;
  const closed = once(socket, 'close');
  proxy.divert();
  const answered = once(socket, 'data');
  answering.write('answer');
  expect(String(await answered)).toBe('answer');
  await closed;
});
