import { randomBytes } from 'node:crypto';
import { keptHashed } from '@blastradius/credentials';
import { type Postgres, startPostgres } from '@blastradius/testkit';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Caller } from './open-caller.ts';
import { startTestNetwork, type TestNetwork } from './start-test-network.ts';

let postgres: Postgres;
let databaseUrl: string;
let network: TestNetwork;
let anyone: Caller;
let apiKey: string;

beforeAll(async () => {
  postgres = await startPostgres();
  databaseUrl = await postgres.createDatabase('network');
  network = await startTestNetwork({ ARM: 'hashed-key', DATABASE_URL: databaseUrl });
  anyone = network.anonymous();
  const { body } = await anyone.post('/v1/agents/register', { name: 'Hashed', description: '' });
  apiKey = body.agent.api_key;
});
afterAll(async () => {
  anyone.close();
  await network.stop();
  await postgres.stop();
});

async function storedKey(name: string): Promise<string> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client.query('select api_key from agents where name = $1', [name]);
  await client.end();
  return rows[0].api_key;
}

const statusFor = async (key: string, requestId: string) =>
  (await anyone.get('/v1/agents/me', { authorization: `Bearer ${key}`, 'x-request-id': requestId })).status;

describe('admission by a key of which only the hash is kept', () => {
  test('lets in whoever knows the key', async () => {
    expect(await statusFor(apiKey, 'known')).toBe(200);
    expect(network.auditOf('known')).toMatchObject({ decision: 'allowed', agent: 'Hashed' });
  });

  test('keeps nothing that opens the door: what the table holds is refused', async () => {
    const stored = await storedKey('Hashed');
    expect(stored).toBe(keptHashed(apiKey));
    expect(await statusFor(stored, 'hash')).toBe(401);
    expect(network.auditOf('hash')).toMatchObject({ reason: 'admission.malformed-key' });
  });

  test('refuses a key that it never made', async () => {
    const unknown = `moltbook_sk_${randomBytes(24).toString('base64url')}`;
    expect(await statusFor(unknown, 'unknown')).toBe(401);
    expect(network.auditOf('unknown')).toMatchObject({ reason: 'admission.unknown-key' });
  });
});
