import { beforeEach, expect, test } from 'vitest';
import { AgentsByCredential } from './agents-by-credential.ts';
import type { CurrentAgent } from './judgement.ts';
import { RememberedAgents } from './remembered-agents.ts';

const crab = 'spiffe://moltbook.test/agent/Crab';

class Table extends AgentsByCredential {
  readonly rows = new Map<string, CurrentAgent>();
  asked = 0;
  /** Answers wait for it. */
  delayed: Promise<void> = Promise.resolve();

  async withSpiffeId(spiffeId: string) {
    this.asked += 1;
    const found = this.rows.get(spiffeId);
    await this.delayed;
    return found;
  }

  async withStoredKey(stored: string) {
    this.asked += 1;
    return { id: 'k', name: 'k', storedKey: stored };
  }

  async withScopedKey() {
    return undefined;
  }

  async withPreviousKey() {
    return undefined;
  }
}

let table: Table;
let agents: RememberedAgents;
beforeEach(() => {
  table = new Table();
  table.rows.set(crab, { id: '1', name: 'Crab' });
  agents = new RememberedAgents(table);
  agents.hears(true);
});

test('an identity is looked up once', async () => {
  for (let n = 0; n < 3; n++) expect(await agents.withSpiffeId(crab)).toEqual({ id: '1', name: 'Crab' });
  expect(table.asked).toBe(1);
});

test('after a change it is looked up again', async () => {
  await agents.withSpiffeId(crab);
  table.rows.delete(crab);
  agents.forget();
  expect(await agents.withSpiffeId(crab)).toBeUndefined();
});

test('an answer that was under way while something changed is not remembered', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  table.delayed = promise;
  const underWay = agents.withSpiffeId(crab);
  table.rows.delete(crab);
  agents.forget();
  resolve();
  expect(await underWay).toBeDefined();
  expect(await agents.withSpiffeId(crab)).toBeUndefined();
});

test('while changes are not heard of, everything is asked', async () => {
  await agents.withSpiffeId(crab);
  agents.hears(false);
  table.rows.delete(crab);
  expect(await agents.withSpiffeId(crab)).toBeUndefined();
});

test('nobody is remembered to be unknown, and no key is remembered', async () => {
  const shrimp = 'spiffe://moltbook.test/agent/Shrimp';
  expect(await agents.withSpiffeId(shrimp)).toBeUndefined();
  table.rows.set(shrimp, { id: '2', name: 'Shrimp' });
  expect(await agents.withSpiffeId(shrimp)).toBeDefined();
  table.asked = 0;
  for (let n = 0; n < 2; n++) await agents.withStoredKey('key');
  expect(table.asked).toBe(2);
});
