import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { issuance, issuerAdministration } from '@blastradius/contracts';
import { certificatesToPem } from '@blastradius/spiffe';
import { keepAliveLoad, type Postgres, startAppProcess, startPostgres } from '@blastradius/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { csrFor, identityOf, SidecarClient } from './sidecar-client.ts';
import { adminRequest, newEnvironment, removeEnvironment, trustDomain } from './test-issuer.ts';

let postgres: Postgres;
let environment: Record<string, string>;
beforeAll(async () => {
  postgres = await startPostgres();
  environment = await newEnvironment(postgres);
});
afterAll(async () => {
  await postgres.stop();
  removeEnvironment(environment);
});

it('answers what its sidecars have sent when it is told to stop, and ends in order', async () => {
  const issuer = await startAppProcess(
    fileURLToPath(new URL('../dist/main.js', import.meta.url)),
    environment,
  );
  const minted = await adminRequest(environment['ADMIN_SOCKET'] ?? '', 'POST', '/admin/join-tokens', {
    node: 'range',
    ttlSeconds: 60,
  });
  const { joinToken, bundle } = issuerAdministration.joinTokenMintAnswer.parse(minted.body);
  const { csr, privateKey } = await csrFor(`spiffe://${trustDomain}/sidecar`);
  const joining = new SidecarClient(issuer.url, bundle.x509Authorities);
  const joined = await joining.post('/v1/attest/join-token', { joinToken, csr });
  joining.close();
  const identity = identityOf(issuance.joinTokenAnswer.parse(joined.body).svid, privateKey);

  const load = keepAliveLoad({
    origin: issuer.url,
    tls: {
      ...identity,
      ca: certificatesToPem(bundle.x509Authorities.map((der) => Buffer.from(der, 'base64'))),
    },
    connections: 8,
    request: () => ({ path: '/v1/bundle', method: 'GET' }),
  });
  await delay(1000);
  const exited = issuer.terminate();
  const { statuses, refused, broken } = await load;
  expect(await exited).toBe(0);
  expect(broken).toEqual([]);
  expect(Object.keys(statuses)).toEqual(['200']);
  expect(refused).toBe(8);
});
