import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ClientGone } from './authority-repair.errors.ts';
import { ClientGreeting, SERVER_GREETING } from './client-greeting.ts';
import { RepairedSocket } from './repaired-socket.ts';

/**
 * What to hand to the HTTP/2 server: the connection itself, or one that is repaired on the way where
 * the first request has an authority that Node's HTTP/2 refuses. java-spiffe sends the socket's path,
 * others send nothing or `unix:/path`, and they get PROTOCOL_ERROR without it. Rejects with
 * `Http2Malformed` or `ClientGone`.
 */
export function greetClient(socket: Socket): Promise<Duplex> {
  const greeting = new ClientGreeting();
  const { promise, resolve, reject } = Promise.withResolvers<Duplex>();
  const onClose = () => reject(new ClientGone('the client went before its first request'));
  const stop = () => {
    socket.off('data', onData);
    socket.off('close', onClose);
  };
  const onData = (chunk: Buffer) => {
    try {
      const answer = greeting.read(chunk);
      if (answer.length > 0) socket.write(answer);
    } catch (error) {
      stop();
      return reject(error);
    }
    if (!greeting.isComplete) return;
    stop();
    socket.pause();
    socket.unshift(greeting.bytes);
    resolve(greeting.isRefused ? new RepairedSocket(socket) : socket);
  };
  socket.on('data', onData);
  socket.once('close', onClose);
  socket.write(SERVER_GREETING);
  return promise;
}
