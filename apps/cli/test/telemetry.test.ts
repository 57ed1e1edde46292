import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findRoot, type World } from '@blastradius/stack';
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '@blastradius/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findSecrets } from './find-secrets.ts';
import { processesOfRun } from './processes-of-a-run.ts';
import { metricsIn, prometheusNames } from './prometheus-names.ts';
import { type Played, play } from './run-world.ts';

const COMPANY = ['data-api', 'fleet', 'issuer', 'network', 'sidecar'];
const SECRET_VARIABLES = ['KEY_ENCRYPTION_KEY', 'JOIN_TOKEN', 'SECRET_KEY', 'POSTGREST_JWT_SECRET'];

let receiver: OtlpReceiver;
let played: Played;
const secrets = new Set<string>();
const agents = new Set<string>();

beforeAll(async () => {
  receiver = await startOtlpReceiver();
  Object.assign(process.env, {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_TRACES_SAMPLER: 'parentbased_always_on',
    OTEL_METRIC_EXPORT_INTERVAL: '1000',
  });
  played = await play({
    agents: 16,
    test: {
      onWorld: () => noteSecretsOfProcesses(),
      disturb: (world) => [{ minute: 60, what: 'noting the keys', run: () => noteKeys(world) }],
    },
  });
}, 180_000);

afterAll(async () => {
  for (const name of Object.keys(process.env)) if (name.startsWith('OTEL_')) delete process.env[name];
  await receiver.close();
});

/** What a thief would be glad of, from where it really is. */
function noteSecretsOfProcesses(): void {
  for (const { env } of processesOfRun()) {
    for (const name of SECRET_VARIABLES) if (env[name]) secrets.add(env[name]);
    // No host in these URLs, for the database listens on a Unix socket: `URL` would not read them.
    const password = /^postgres\w*:\/\/[^:]+:([^@]+)@/.exec(env['DATABASE_URL'] ?? '')?.[1];
    if (password) secrets.add(decodeURIComponent(password));
  }
}

async function noteKeys(world: World): Promise<void> {
  const rows = await world.inspect<{ name: string; api_key: string | null }>(
    'select name, api_key from agents',
  );
  for (const { name, api_key: key } of rows) {
    agents.add(name);
    if (key) secrets.add(key);
  }
}

const logs = () =>
  ['static-key', 'x509-svid'].flatMap((arm) => {
    const folder = join(played.folder, arm, 'log');
    return readdirSync(folder).map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
  });

test('every process of the company sends traces and metrics under its name, and the thief sends nothing', () => {
  expect([...new Set(receiver.spans().map(({ service }) => service))].sort()).toEqual(COMPANY);
  expect([...new Set(receiver.points().map(({ service }) => service))].sort()).toEqual(COMPANY);
});

test('a trace leads from an agent’s request through the network to the database', () => {
  const spans = receiver.spans();
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const parentOf = (span: ReceivedSpan | undefined) => byId.get(span?.parentSpanId ?? '');
  const paths = spans
    .filter(({ attributes }) => attributes['db.system.name'] === 'postgresql')
    .map((statement) => [statement, parentOf(statement), parentOf(parentOf(statement))] as const)
    .filter(([, , client]) => client?.service === 'fleet');
  // With and without a body: reading one leaves the context behind, unless it is entered again.
  for (const method of ['GET', 'POST']) {
    const path = paths.find(([, server]) => server?.attributes['http.request.method'] === method);
    expect(path?.[1]).toMatchObject({ service: 'network', kind: 2 });
    expect(path?.[1]?.attributes['http.route']).toMatch(/^\/api\/v1\/[\w/:]+$/);
    expect(new Set(path?.map((span) => span?.traceId)).size).toBe(1);
  }
});

test('a trace leads from a sidecar to the issuer', () => {
  const spans = receiver.spans();
  const clients = new Set(spans.filter(({ service }) => service === 'sidecar').map(({ spanId }) => spanId));
  const served = spans.filter(
    ({ service, parentSpanId }) => service === 'issuer' && clients.has(parentSpanId),
  );
  expect(served.map(({ attributes }) => attributes['http.route'])).toContain('/v1/x509-svids');
});

test('a call of the Workload API is one span, however long it lasts', () => {
  const calls = receiver.spans().filter(({ attributes }) => attributes['rpc.system.name'] === 'grpc');
  expect(calls.map(({ name }) => name)).toContain('SpiffeWorkloadAPI/FetchX509SVID');
  expect(calls.length).toBeLessThan(60);
});

test('what is counted is what the ledgers hold', () => {
  const audits = played.ledgers('x509-svid').filter(({ ledger }) => ledger === 'audit').length;
  const counted = receiver
    .points()
    .filter(
      (point) =>
        point.name === 'blastradius.audit.records' && point.attributes['blastradius.arm'] === 'x509-svid',
    );
  expect(counted.at(-1)?.value).toBe(audits);
});

test('every metric of a dashboard is one that is sent', () => {
  const offered = new Set(receiver.points().flatMap(prometheusNames));
  const folder = join(findRoot(), 'deploy/observability/dashboards');
  const wanted = readdirSync(folder).flatMap((name) =>
    [...readFileSync(join(folder, name), 'utf8').matchAll(/"expr": ("(?:[^"\\]|\\.)*")/g)].flatMap(
      ([, expression = '']) => metricsIn(JSON.parse(expression)),
    ),
  );
  expect(wanted.length).toBeGreaterThan(20);
  expect([...new Set(wanted)].filter((name) => !offered.has(name))).toEqual([]);
  // The control: a name that nobody sends is noticed.
  expect(metricsIn('sum(rate(blastradius_made_up_total{a="b"}[1m])) by (le)')).toEqual([
    'blastradius_made_up_total',
  ]);
  expect(offered.has('blastradius_made_up_total')).toBe(false);
});

test('no metric is labelled with an agent’s name or an address', () => {
  const values = receiver.points().flatMap(({ attributes }) => Object.values(attributes).map(String));
  expect(agents.size).toBe(16);
  expect(values.filter((value) => agents.has(value))).toEqual([]);
  // The control: labels there are, and of the kind that is meant.
  expect(values).toContain('x509-svid');
  expect(new Set(values).size).toBeLessThan(200);
});

test('no secret shows in what is sent, or in any log', () => {
  const known = [...secrets];
  // Four kinds of two worlds, and a key for each agent of one: the scan knows what to look for.
  expect(known.length).toBeGreaterThan(16 + SECRET_VARIABLES.length);
  expect(findSecrets(receiver.text(), known)).toEqual([]);
  for (const { name, text } of logs()) expect([name, findSecrets(text, known)]).toEqual([name, []]);
  // The control: each of them is found where it is planted, even cut off.
  for (const secret of known) expect(findSecrets(`{"a":"${secret.slice(0, 20)}"}`, known)).not.toEqual([]);
});

test('every line of every process’s log has the same shape', () => {
  const lines = logs()
    .filter(({ name }) => !/postgrest/.test(name))
    .flatMap(({ text }) => text.split('\n').filter(Boolean));
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) {
    expect(JSON.parse(line)).toMatchObject({
      level: expect.stringMatching(/^(debug|info|warn|error|fatal)$/),
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      name: expect.any(String),
      msg: expect.any(String),
    });
  }
});
