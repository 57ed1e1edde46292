import { expect, test } from 'vitest';
import { roleOf } from './api-key.ts';

const keys = { publishableKey: 'sb_publishable_FAKE_one', secretKey: 'sb_secret_FAKE_two' };

test('the publishable key is the anonymous role, the secret key the one that bypasses row-level security', () => {
  expect(roleOf(keys.publishableKey, keys)).toBe('anon');
  expect(roleOf(keys.secretKey, keys)).toBe('service_role');
});

test('no key and an unknown key have no role', () => {
  expect(roleOf(undefined, keys)).toBeNull();
  expect(roleOf('', keys)).toBeNull();
  expect(roleOf('sb_publishable_FAKE_on', keys)).toBeNull();
});
