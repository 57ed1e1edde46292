import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import {
  authorizeAny,
  createX509Source,
  mtlsServerOptions,
  protectServer,
  type X509Source,
} from '@blastradius/spiffe';
import { shown, visit } from './network-visit.ts';
import type { ProbeOrder, ProbeReport, SvidKind, Verifier } from './probe-messages.ts';
import { ThiefAttempts } from './thief-attempts.ts';
import { TokenAgents, tokenAudience } from './token-agents.ts';

/**
 * Honest agents that use tokens, verifiers beside the network, and a thief who shows everyone what he took
 * from those agents. Its environment: PROBE, a JSON of ProbeSetting.
 */
export interface ProbeSetting {
  readonly workloadApiSocket: string;
  readonly networkUrl: string;
  readonly spiffeIds: readonly string[];
  readonly tokensPerSecond: number;
}

const setting: ProbeSetting = JSON.parse(process.env['PROBE'] ?? '{}');
const { workloadApiSocket: socketPath, networkUrl, spiffeIds } = setting;
const source = await createX509Source({ socketPath, timeoutMs: 60_000 });
const agents = await TokenAgents.open(socketPath, spiffeIds);
const libraryUrl = await listen(createServer(mtlsServerOptions, (_, response) => response.end()));
await enrol(source);
const stopWork = agents.work(setting.tokensPerSecond);
const thefts: ThiefAttempts[] = [];

process.on('message', (order: ProbeOrder) => void obey(order));
process.on('disconnect', () => process.exit());
process.send?.({ ready: true });

async function obey(order: ProbeOrder): Promise<void> {
  if (order.order === 'steal') await steal(order.kind);
  if (order.order === 'give-up') for (const theft of thefts) if (theft.kind === order.kind) theft.stop();
  if (order.order === 'report') stopWork();
  const report: ProbeReport = { thefts: thefts.map((theft) => theft.report()), honest: agents.uses };
  process.send?.(report);
}

async function steal(kind: SvidKind): Promise<void> {
  const begin = (verifier: Verifier, show: () => Promise<unknown>) => {
    const theft = new ThiefAttempts(kind, verifier);
    thefts.push(theft);
    void theft.go(async () => void (await show()));
  };
  if (kind === 'x509') {
    const svid = shown(source.svid());
    begin('network', () => visit({ url: `${networkUrl}/api/v1/agents/me`, method: 'GET', svid }));
    begin('library', () => visit({ url: libraryUrl, method: 'GET', svid }));
  } else if (kind === 'jwt') {
    const token = await agents.jwt();
    begin('library', () => agents.verifier.verify(token, tokenAudience));
    begin('workload-api', () => agents.client.validateJwtSvid({ token, audience: tokenAudience }));
  } else {
    const wit = agents.wit();
    begin('library', () => agents.acceptWit(wit));
  }
}

/** Anyone of the trust domain is heard: what is tried is whether the certificate is believed. */
async function listen(server: Server): Promise<string> {
  protectServer(server, { source, authorize: authorizeAny() });
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return `https://127.0.0.1:${port}/`;
}

/** The agent whose SVID is stolen has an account: what the network says to the thief then depends on the SVID alone. */
async function enrol(own: X509Source): Promise<void> {
  const svid = own.svid();
  const name = svid.spiffeId.path.split('/').at(-1) ?? '';
  const body = { name, description: `${name} uses tokens.` };
  await visit({ url: `${networkUrl}/api/v1/agents/register`, method: 'POST', svid: shown(svid), body });
}
