import { type Arm, holdsKeys } from '@blastradius/contracts';
import type { Database } from '../database/database.ts';
import { violatedUniqueConstraint } from '../database/postgres-errors.ts';
import type { Registration } from './agent.schema.ts';
import { AgentNameTaken, IdentityAlreadyRegistered } from './agents.errors.ts';
import { createAgentKeys, storedKeysOf } from './create-agent-keys.ts';
import { createClaimToken, createVerificationCode } from './issue-secrets.ts';
import { type KeyVault, noVault } from './key-vault.ts';

export interface RegisteredAgent {
  readonly name: string;
  readonly apiKey: string | null;
  /** Where keys have scopes. */
  readonly writeKey: string | null;
  readonly claimToken: string | null;
  readonly verificationCode: string | null;
}

/**
 * Opens an account. With keys the key is made here, kept as the arm keeps it, and handed out; with a
 * vault it lies there before anyone has it; with
 * workload identity the account belongs to the SPIFFE ID that was proved, and no secret exists.
 */
export class RegisterAgent {
  readonly #database: Database;
  readonly #arm: Arm;
  readonly #vault: KeyVault;

  constructor(database: Database, arm: Arm, vault: KeyVault = noVault) {
    this.#database = database;
    this.#arm = arm;
    this.#vault = vault;
  }

  async execute({ name, description }: Registration, spiffeId: string | null): Promise<RegisteredAgent> {
    const keys = holdsKeys(this.#arm) ? createAgentKeys(this.#arm) : null;
    const claim =
      keys === null
        ? { claim_token: null, verification_code: null }
        : { claim_token: createClaimToken(), verification_code: createVerificationCode() };
    const stored = keys === null ? {} : storedKeysOf(this.#arm, keys);
    try {
      await this.#database
        .insertInto('agents')
        .values({ name, description, ...stored, ...claim, spiffe_id: spiffeId })
        .execute();
    } catch (error) {
      throw refusal(error);
    }
    // A taken name must not replace the key of the agent that has it.
    if (keys !== null) await this.#vault.put(name, keys.apiKey);
    const { claim_token: claimToken, verification_code: verificationCode } = claim;
    const { apiKey = null, writeKey = null } = keys ?? {};
    return { name, apiKey, writeKey, claimToken, verificationCode };
  }
}

function refusal(error: unknown): unknown {
  const constraint = violatedUniqueConstraint(error);
  if (constraint === null) return error;
  return constraint === 'agents_spiffe_id_key' ? new IdentityAlreadyRegistered() : new AgentNameTaken();
}
