import type { Arm } from '../config.ts';
import type { Database } from '../database/database.ts';
import { violatedUniqueConstraint } from '../database/postgres-errors.ts';
import type { Registration } from './agent.schema.ts';
import { AgentNameTaken, IdentityAlreadyRegistered } from './agents.errors.ts';
import { createClaimToken, createStaticKey, createVerificationCode } from './issue-secrets.ts';

export interface RegisteredAgent {
  readonly name: string;
  readonly apiKey: string | null;
  readonly claimToken: string | null;
  readonly verificationCode: string | null;
}

/**
 * Opens an account. With static keys the key is made here, kept in plain text and handed out; with
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
    const secrets =
      this.#arm === 'static-key'
        ? {
            api_key: createStaticKey(),
            claim_token: createClaimToken(),
            verification_code: createVerificationCode(),
          }
        : { api_key: null, claim_token: null, verification_code: null };
    try {
      await this.#database
        .insertInto('agents')
        .values({ name, description, ...secrets, spiffe_id: spiffeId })
        .execute();
    } catch (error) {
      throw refusal(error);
    }
    return {
      name,
      apiKey: secrets.api_key,
      claimToken: secrets.claim_token,
      verificationCode: secrets.verification_code,
    };
  }
}

function refusal(error: unknown): unknown {
  const constraint = violatedUniqueConstraint(error);
  if (constraint === null) return error;
  return constraint === 'agents_spiffe_id_key' ? new IdentityAlreadyRegistered() : new AgentNameTaken();
}
