import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Arm, arm } from '@blastradius/contracts';
import type { Authority } from '@blastradius/pki';
import { type Postgres, startPostgres } from '@blastradius/testkit';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Verification, verification } from '../../src/admission/verification.ts';
import { startTestNetwork } from '../start-test-network.ts';
import { startTestVault, type TestVault } from '../start-test-vault.ts';
import { startTokenIssuer, type TokenIssuer } from '../start-token-issuer.ts';
import { rogueAuthority, startTrustDomain, type TrustDomain } from '../start-trust-domain.ts';
import { type Mutation, mutations } from './mutations.ts';
import type { Place } from './place.ts';

const READER = 'Reader';

let postgres: Postgres;
let trustDomain: TrustDomain;
let tokenIssuer: TokenIssuer;
let neighbour: Authority;
let rogue: Authority;
let vault: TestVault;
let folder: string;
/** The arms' networks as they are, which each of an arm's mutations is compared with. */
const real = new Map<Arm, Place>();

beforeAll(async () => {
  postgres = await startPostgres();
  rogue = await rogueAuthority();
  neighbour = await rogueAuthority('other.test');
  trustDomain = await startTrustDomain({ federated: { trustDomain: 'other.test', authority: neighbour } });
  tokenIssuer = await startTokenIssuer(trustDomain);
  vault = await startTestVault();
  folder = mkdtempSync(join(tmpdir(), 'mutations-'));
  const members = { reader: [`spiffe://moltbook.test/agent/${READER}`] };
  writeFileSync(join(folder, 'approle.json'), JSON.stringify({ role_id: 'network', secret_id: 'FAKE' }));
  writeFileSync(join(folder, 'groups.json'), JSON.stringify({ defaultGroup: 'writer', members }));
});
afterAll(async () => {
  for (const { network } of real.values()) await network.stop();
  await vault.close();
  await tokenIssuer.close();
  await trustDomain.close();
  await postgres.stop();
  rmSync(folder, { recursive: true });
});

/** The arm's network, with real HTTPS and a database of its own, weakened or not. */
async function placeOf(armName: Arm, database: string, weak: Partial<Verification>): Promise<Place> {
  const databaseUrl = await postgres.createDatabase(database);
  const environment = {
    ARM: armName,
    DATABASE_URL: databaseUrl,
    TIME_SCALE: '60',
    ...(armName.endsWith('-key') ? {} : { SPIFFE_ENDPOINT_SOCKET: trustDomain.endpoint }),
    ...(armName === 'jwt-svid+dpop' ? { TOKEN_ISSUER: tokenIssuer.url } : {}),
    ...(armName === 'vaulted-key'
      ? { VAULT_ADDR: vault.url, VAULT_APPROLE_FILE: join(folder, 'approle.json') }
      : {}),
    ...(armName === 'x509-svid+policy' ? { AGENT_GROUPS_FILE: join(folder, 'groups.json') } : {}),
  };
  const network = await startTestNetwork(environment, { verification: weak });
  return {
    network,
    databaseUrl,
    trustDomain,
    tokenIssuer,
    neighbour,
    rogue,
    reader: READER,
    vaultUrl: vault.url,
  };
}

async function realPlaceOf(armName: Arm): Promise<Place> {
  const place = real.get(armName) ?? (await placeOf(armName, `real_${real.size}`, {}));
  real.set(armName, place);
  return place;
}

async function outcome(place: Place, attack: Mutation['attack'], victim: string) {
  const answer = await attack(place, victim);
  return { outcome: answer.outcome, audited: place.network.auditOf(answer.requestId)?.decision };
}

describe('a network whose verification is weakened in one way', () => {
  test.each(mutations.map((mutation, index) => ({ ...mutation, index })))(
    '$arm: $weakened, and a thief of $leak is let in; the real one refuses the same request',
    { timeout: 120_000 },
    async ({ arm: armName, weak, attack, index }) => {
      const victim = `Victim${index}`;
      const refused = await outcome(await realPlaceOf(armName), attack, victim);
      expect(refused).toEqual({ outcome: 'refused', audited: 'denied' });
      const weakened = await placeOf(armName, `weakened_${index}`, weak);
      onTestFinished(() => weakened.network.stop());
      const accepted = await outcome(weakened, attack, victim);
      expect(accepted).toEqual({ outcome: 'accepted', audited: 'allowed' });
    },
  );

  test('each arm has a mutation that is caught', () => {
    expect(new Set(mutations.map((mutation) => mutation.arm))).toEqual(new Set(arm.options));
  });

  test('what is weakened differs from the real network in one part', () => {
    for (const { weak } of mutations) {
      const changed = Object.entries(weak).filter(
        ([part, made]) => made !== verification[part as keyof Verification],
      );
      expect(changed).toHaveLength(1);
    }
  });
});
