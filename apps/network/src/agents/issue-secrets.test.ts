import { bearerKeyIn } from '@blastradius/credentials';
import { expect, test } from 'vitest';
import { createClaimToken, createStaticKey, createVerificationCode } from './issue-secrets.ts';

test('issues keys that admission takes for keys', () => {
  const key = createStaticKey();
  expect(bearerKeyIn(`Bearer ${key}`)).toEqual({ kind: 'key', key });
});

test('issues claim tokens and codes in the form that Moltbook documented', () => {
  expect(createClaimToken()).toMatch(/^moltbook_claim_[A-Za-z0-9_-]{32}$/);
  expect(createVerificationCode()).toMatch(/^[a-z]+-[A-Z2-9]{4}$/);
});

test('never issues the same key twice', () => {
  expect(new Set(Array.from({ length: 1000 }, createStaticKey)).size).toBe(1000);
});
