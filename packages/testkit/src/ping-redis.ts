import { connect } from 'node:net';

/** Resolves once Redis at this port of 127.0.0.1 has read its data and answers. */
export function pingRedis(port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
  socket.setTimeout(1000, () => socket.destroy(new Error('Redis says nothing')));
  socket.on('data', (answer) => {
    socket.destroy();
    if (answer.toString().startsWith('+PONG')) resolve();
    else reject(new Error(`Redis says ${answer}`));
  });
  socket.on('error', reject);
  socket.on('close', () => reject(new Error('Redis closed the connection')));
  return promise;
}
