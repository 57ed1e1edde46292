import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { issuance } from '@blastradius/contracts';
import { certificatesToPem } from '@blastradius/spiffe';
import { freePort, type Postgres, startPostgres } from '@blastradius/testkit';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { csrFor, identityOf, type SidecarClient } from './sidecar-client.ts';
import {
  newEnvironment,
  removeEnvironment,
  startTestIssuer,
  type TestIssuer,
  trustDomain,
} from './test-issuer.ts';

const run = promisify(execFile);
const page = readFileSync(new URL('../../../docs/token-endpoint.md', import.meta.url), 'utf8');
const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, text = '']) => text);
const agent = (name: string) => `spiffe://${trustDomain}/agent/${name}`;
const api = 'https://api.moltbook.test/';

let postgres: Postgres;
let environment: Record<string, string>;
let issuer: TestIssuer;
let sidecar: SidecarClient;
let asIssuer: string;
let files: Record<string, string>;

beforeAll(async () => {
  postgres = await startPostgres();
  const port = await freePort();
  asIssuer = `https://localhost:${port}`;
  environment = await newEnvironment(postgres, {
    TOKEN_ENDPOINT_ISSUER: asIssuer,
    TOKEN_ENDPOINT_PORT: `${port}`,
  });
  issuer = await startTestIssuer(environment);
  const issuing = {
    id: 'agents',
    selectors: ['agent:{name}'],
    spiffeId: 'spiffe://{trustDomain}/agent/{name}',
  };
  await issuer.admin('PUT', '/admin/policies', { policies: [issuing] });
  const admitted = await issuer.admitSidecar();
  sidecar = admitted.client;
  files = await writeFiles(admitted.authorities);
});
afterAll(async () => {
  await issuer?.close();
  await postgres?.stop();
  removeEnvironment(environment);
});

async function writeFiles(authorities: readonly string[]): Promise<Record<string, string>> {
  const { csr, privateKey } = await csrFor(agent('ada'));
  const requests = [{ spiffeId: agent('ada'), csr }];
  const answer = await sidecar.post('/v1/x509-svids', { selectors: ['agent:ada'], requests });
  const [document] = issuance.x509SvidsAnswer.parse(answer.body).results;
  const { cert, key } = identityOf(issuance.x509SvidDocument.parse(document), privateKey);
  const bundle = certificatesToPem(authorities.map((der) => Buffer.from(der, 'base64')));
  const folder = join(environment['LEDGER_FILE'] ?? '', '..');
  const texts = { BUNDLE: bundle, ADA_CERTIFICATE: cert, ADA_KEY: key };
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => {
      const file = join(folder, `${name}.pem`);
      writeFileSync(file, text, { mode: 0o600 });
      return [name, file];
    }),
  );
}

async function jwtSvid(name: string): Promise<string> {
  const requests = [{ spiffeId: agent(name), audience: [asIssuer] }];
  const answer = await sidecar.post('/v1/jwt-svids', { selectors: [`agent:${name}`], requests });
  const [document] = issuance.tokenSvidsAnswer.parse(answer.body).results;
  return issuance.tokenSvidDocument.parse(document).token;
}

/** Runs a block of the page as it stands there, with a fresh JWT-SVID for each. */
async function runBlock(block: string, more: Record<string, string> = {}) {
  const [ada, bob] = await Promise.all([jwtSvid('ada'), jwtSvid('bob')]);
  const env = { ...process.env, ...files, ISSUER: asIssuer, ADA_JWT_SVID: ada, BOB_JWT_SVID: bob, ...more };
  const { stdout } = await run('sh', ['-euc', block], { env });
  return JSON.parse(stdout) as { access_token?: string; error?: string };
}
const claimsOf = ({ access_token }: { access_token?: string }) => decodeJwt(access_token ?? '');

it('allows nothing before the page’s policies are set, and what the page asks for after that', async () => {
  const [byJwtSvid = '', byCertificate = '', byAssertion = '', delegation = '', ...more] = blocks('sh');
  expect(more).toEqual([]);
  expect(await runBlock(byJwtSvid)).toEqual({ error: 'unauthorized_client' });
  const [policies = ''] = blocks('yaml');
  expect((await issuer.admin('PUT', '/admin/token-policies', parse(policies))).status).toBe(200);

  const own = { sub: agent('ada'), client_id: agent('ada'), aud: [api] };
  expect(claimsOf(await runBlock(byJwtSvid))).toMatchObject({ ...own, scope: 'read' });
  expect(claimsOf(await runBlock(byCertificate))).toMatchObject({
    ...own,
    cnf: { 'x5t#S256': expect.any(String) },
  });
  expect(claimsOf(await runBlock(byAssertion))).toMatchObject(own);

  const forBob = await runBlock(byJwtSvid.replace(`resource=${api}`, `resource=${agent('bob')}`));
  const delegated = await runBlock(delegation, { ADA_TOKEN_FOR_BOB: forBob.access_token ?? '' });
  expect(claimsOf(delegated)).toMatchObject({ ...own, client_id: agent('bob'), act: { sub: agent('bob') } });
});

it('lists each variable of the token endpoint and each error that it answers', () => {
  const config = readFileSync(new URL('../src/config.ts', import.meta.url), 'utf8');
  const variables = config.match(/TOKEN_ENDPOINT_[A-Z_]+/g) ?? [];
  expect(variables.length).toBeGreaterThan(2);
  const errors = readFileSync(
    new URL('../src/token-endpoint/token-endpoint.errors.ts', import.meta.url),
    'utf8',
  );
  const words = [...errors.matchAll(/ {2}\| '([a-z_]+)'/g)].map(([, word = '']) => word);
  const unnamed = [...variables, ...words].filter((name) => !page.includes(`\`${name}\``));
  expect(unnamed).toEqual([]);
});
