// Makes HTTP requests to an operator's API on a Unix socket of this container, one for each line on
// stdin: {"id", "method", "path", "body"}. Answers with {"id", "status", "body"} or {"id", "error"}.
import { request } from 'node:http';
import { createInterface } from 'node:readline';

const socketPath = process.argv[2];

function answer(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function make({ id, method, path, body }) {
  const payload = body === undefined || body === null ? undefined : JSON.stringify(body);
  const headers = payload
    ? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }
    : {};
  const call = request({ socketPath, method, path, headers, timeout: 20_000 }, async (response) => {
    try {
      const chunks = await response.toArray();
      const text = Buffer.concat(chunks).toString();
      answer({ id, status: response.statusCode, body: text ? JSON.parse(text) : undefined });
    } catch (error) {
      answer({ id, error: error.message });
    }
  });
  call.on('timeout', () => call.destroy(new Error('the API took too long')));
  call.on('error', (error) => answer({ id, error: error.message }));
  call.end(payload);
}

createInterface({ input: process.stdin })
  .on('line', (line) => make(JSON.parse(line)))
  .on('close', () => process.exit(0));
