import { type Arm, holdsKeys } from '@blastradius/contracts';
import type { Database } from '../database/database.ts';
import { violatedUniqueConstraint } from '../database/postgres-errors.ts';
import type { Registration } from './agent.schema.ts';
import { AgentNameTaken, IdentityAlreadyRegistered } from './agents.errors.ts';
import { createClaimToken, createStaticKey, createVerificationCode } from './issue-secrets.ts';
import { storedKeyOf } from './stored-key-of.ts';

export interface RegisteredAgent {
  readonly name: string;
  readonly apiKey: string | null;
  readonly claimToken: string | null;
  readonly verificationCode: string | null;
}

/**
 * Opens an account. With keys the key is made here, kept as the arm keeps it, and handed out; with
 * workload identity the account belongs to the SPIFFE ID that was proved, and no secret exists.
 */
export class RegisterAgent {
  readonly #database: Database;
  readonly #arm: Arm;

  constructor(database: Database, arm: Arm) {
    this.#database = database;
    this.#arm = arm;
  }

  async execute({ name, description }: Registration, spiffeId: string | null): Promise<RegisteredAgent> {
    const apiKey = holdsKeys(this.#arm) ? createStaticKey() : null;
    const claim =
      apiKey === null
        ? { claim_token: null, verification_code: null }
        : { claim_token: createClaimToken(), verification_code: createVerificationCode() };
    const stored = apiKey === null ? null : storedKeyOf(this.#arm)(apiKey);
    try {
      await this.#database
        .insertInto('agents')
        .values({ name, description, api_key: stored, ...claim, spiffe_id: spiffeId })
        .execute();
    } catch (error) {
      throw refusal(error);
    }
    const { claim_token: claimToken, verification_code: verificationCode } = claim;
    return { name, apiKey, claimToken, verificationCode };
  }
}

function refusal(error: unknown): unknown {
  const constraint = violatedUniqueConstraint(error);
  if (constraint === null) return error;
  return constraint === 'agents_spiffe_id_key' ? new IdentityAlreadyRegistered() : new AgentNameTaken();
}
