import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';

/** A network that does nothing: what is measured against it is the generator's own cost. */
export interface NoOpTarget {
  readonly url: string;
  close(): Promise<void>;
}

/** Answers every request with the fields that the preparation of the load looks for, and reads no more. */
export async function startNoOpTarget(): Promise<NoOpTarget> {
  const server = createServer((request, response) => {
    request.resume();
    request.once('end', () => {
      const id = randomUUID();
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ success: true, post: { id }, conversation_id: id }));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
