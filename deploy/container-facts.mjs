#!/usr/bin/env node
// Stands between the engine and whoever attests by containers:
//   node container-facts.mjs <engine's socket> <socket to listen on> [<image> ...]
// Whoever may use the engine's socket is root on its host, also where it is mounted read-only. So this alone
// holds it, and answers two questions about what is there, never starts or changes anything, and tells
// nothing of environments, mounts and commands, which hold secrets:
//   GET /containers/<64 hex digits>  -> {"id", "imageId", "imageName", "labels", "pid"}; 404 unless it runs
//   GET /images/<name>               -> {"id"}; for the images named when it was started, 404 for others
import { chmodSync, rmSync } from 'node:fs';
import { createServer, request } from 'node:http';

const ENGINE_ANSWERS_WITHIN_MS = 2000;
const ANSWER_BYTES_MAX = 4 << 20;
const CALLERS_MAX = 64;

const [enginePath, path, ...images] = process.argv.slice(2);
if (!enginePath || !path) fail('usage: container-facts.mjs <engine socket> <socket> [<image> ...]');

const server = createServer(
  { headersTimeout: 5000, requestTimeout: 5000, maxHeaderSize: 4096 },
  (asked, answer) => {
    const send = (status, body) => {
      answer.writeHead(status, { 'content-type': 'application/json' });
      answer.end(body === undefined ? undefined : JSON.stringify(body));
    };
    tell(asked).then(
      (facts) => send(facts === undefined ? 404 : 200, facts),
      (error) => {
        process.stderr.write(`container-facts: ${error.message}\n`);
        send(502);
      },
    );
  },
);
server.maxConnections = CALLERS_MAX;
ask('/_ping').then(
  () => {
    rmSync(path, { force: true });
    server.listen(path, () => chmodSync(path, 0o600));
  },
  (error) => fail(`the engine can't be asked at ${enginePath}: ${error.message}`),
);
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => {
    rmSync(path, { force: true });
    process.exit(0);
  });
}

/** Undefined for whatever it does not tell about. */
async function tell({ method, url }) {
  if (method !== 'GET') return undefined;
  const container = /^\/containers\/([0-9a-f]{64})$/.exec(url)?.[1];
  if (container !== undefined) return factsOf(await askForJson(`/containers/${container}/json`), container);
  const image = images.find((name) => url === `/images/${encodeURIComponent(name)}`);
  if (image === undefined) return undefined;
  const found = await askForJson(`/images/${image}/json`);
  return found && { id: found.Id };
}

function factsOf(found, asked) {
  if (found?.State?.Running !== true || found.Id !== asked) return undefined;
  const { Image: imageName, Labels: labels } = found.Config;
  return { id: found.Id, imageId: found.Image, imageName, labels: labels ?? {}, pid: found.State.Pid };
}

async function askForJson(enginesPath) {
  const { status, body } = await ask(enginesPath);
  if (status === 404) return undefined;
  if (status !== 200) throw new Error(`the engine answered ${status} to ${enginesPath}`);
  return JSON.parse(body);
}

function ask(enginesPath) {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(ENGINE_ANSWERS_WITHIN_MS);
    const asking = request({ socketPath: enginePath, path: enginesPath, signal }, (answer) => {
      const chunks = [];
      let bytes = 0;
      answer.on('data', (chunk) => {
        bytes += chunk.length;
        if (bytes > ANSWER_BYTES_MAX) answer.destroy(new Error('the answer is too long'));
        else chunks.push(chunk);
      });
      answer.on('error', reject);
      answer.on('end', () => resolve({ status: answer.statusCode, body: Buffer.concat(chunks).toString() }));
    });
    asking.on('error', reject);
    asking.end();
  });
}

function fail(message) {
  process.stderr.write(`container-facts: ${message}\n`);
  process.exit(1);
}
