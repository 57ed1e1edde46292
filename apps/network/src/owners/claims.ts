import { createHash, timingSafeEqual } from 'node:crypto';
import type { Database } from '../database/database.ts';
import type { ClaimRequest } from './owner.schema.ts';
import { ClaimRefused } from './owners.errors.ts';
import type { Owners } from './owners.ts';

/** A human claims an agent with the link and the code it was given at its registration. */
export class Claims {
  readonly #database: Database;
  readonly #owners: Owners;

  constructor(database: Database, owners: Owners) {
    this.#database = database;
    this.#owners = owners;
  }

  async claim(token: string, { verification_code: code, ...owner }: ClaimRequest): Promise<string> {
    const agent = await this.#database
      .selectFrom('agents')
      .select(['name', 'verification_code', 'is_claimed'])
      .where('claim_token', '=', token)
      .executeTakeFirst();
    if (!agent || agent.is_claimed || !isSame(code, agent.verification_code ?? '')) throw new ClaimRefused();
    await this.#owners.link(agent.name, owner);
    return agent.name;
  }
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => createHash('sha256').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
