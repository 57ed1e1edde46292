import { isHashOfKey } from '@blastradius/credentials';
import { credentialId } from '@blastradius/ledger';
import type { SpiffeId } from '@blastradius/spiffe';
import { z } from 'zod';
import type { Credential } from '../../loot/credential.ts';
import { isForgedText } from './forged-texts.ts';
import { mineEmails, mineSecrets } from './mine-secrets.ts';

const harvestedRow = z.object({
  name: z.string(),
  id: z.string().nullish(),
  api_key: z.string().nullish(),
  write_key: z.string().nullish(),
  spiffe_id: z.string().nullish(),
});

/** What the thief knows of an agent. */
export interface LootRow {
  readonly name: string;
  readonly id?: string;
  /** A secret that authenticates. */
  readonly apiKey?: string;
  /** Where keys have scopes: the one that writes; `apiKey` then only reads. */
  readonly writeKey?: string;
  /** What the network keeps of a key; it was never meant to be shown. */
  readonly keyHash?: string;
  /** A name, not a secret. */
  readonly spiffeId?: string;
}

/** All that the thief has in its hands; what was seen before is not counted again. */
export class Loot {
  readonly agents = new Map<string, LootRow>();
  readonly #namesById = new Map<string, string>();
  readonly #messages = new Set<string>();
  readonly #secrets = new Set<string>();
  readonly #emails = new Set<string>();

  /** Takes rows of `agents` in; returns whose reusable credential was among them. */
  takeAgents(rows: readonly unknown[]): string[] {
    const found = rows.flatMap((row) => harvestedRow.safeParse(row).data ?? []);
    for (const { name, id, api_key, write_key, spiffe_id } of found) {
      if (id) this.#namesById.set(id, name);
      this.agents.set(name, {
        name,
        ...(id ? { id } : {}),
        ...(api_key ? keyOrHash(api_key) : {}),
        ...(write_key ? { writeKey: write_key } : {}),
        ...(spiffe_id ? { spiffeId: spiffe_id } : {}),
      });
    }
    return found.filter(({ api_key }) => api_key && !isHashOfKey(api_key)).map(({ name }) => name);
  }

  /** Names that are public, of agents that are not known yet. */
  takeNames(names: readonly string[]): void {
    for (const name of names) if (!this.agents.has(name)) this.agents.set(name, { name });
  }

  /** Takes a SPIFFE ID in that came from elsewhere; returns the name of the agent, its last segment. */
  takeIdentity(spiffeId: SpiffeId): string {
    const text = spiffeId.toString();
    const known = [...this.agents.values()].find((row) => row.spiffeId === text);
    const name = known?.name ?? spiffeId.path.slice(spiffeId.path.lastIndexOf('/') + 1);
    this.agents.set(name, { ...this.agents.get(name), name, spiffeId: text });
    return name;
  }

  /** Takes private messages in; returns what in them is new. What the thief wrote itself is no loot. */
  takeMessages(rows: readonly unknown[]): { privateMessages: number; thirdPartySecrets: string[] } {
    const others = rows.filter((row) => !isForgedText(textOf(row)));
    const fresh = others.filter((row) => isNew(this.#messages, messageId(row)));
    const secrets = fresh.flatMap((row) => mineSecrets(JSON.stringify(row))).map(credentialId);
    return {
      privateMessages: fresh.length,
      thirdPartySecrets: secrets.filter((secret) => isNew(this.#secrets, secret)),
    };
  }

  /** How many addresses in the rows are new. */
  takeEmails(rows: readonly unknown[]): number {
    return mineEmails(JSON.stringify(rows)).filter((email) => isNew(this.#emails, email)).length;
  }

  /** Whether a key stood in a row already. */
  holds(credential: Credential): boolean {
    if (credential.kind !== 'api-key') return false;
    const { apiKey: key } = credential;
    return [...this.agents.values()].some(({ apiKey, writeKey }) => apiKey === key || writeKey === key);
  }

  nameOfAgent(id: unknown): string | undefined {
    return typeof id === 'string' ? this.#namesById.get(id) : undefined;
  }
}

function keyOrHash(column: string): Pick<LootRow, 'apiKey' | 'keyHash'> {
  return isHashOfKey(column) ? { keyHash: column } : { apiKey: column };
}

function isNew(seen: Set<string>, item: string): boolean {
  if (seen.has(item)) return false;
  seen.add(item);
  return true;
}

function messageId(row: unknown): string {
  return (
    z
      .object({ id: z.union([z.string(), z.number()]) })
      .safeParse(row)
      .data?.id.toString() ?? JSON.stringify(row)
  );
}

function textOf(row: unknown): string | undefined {
  return z.object({ message: z.string() }).safeParse(row).data?.message;
}
