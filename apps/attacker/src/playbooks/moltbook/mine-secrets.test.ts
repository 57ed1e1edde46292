import { expect, test } from 'vitest';
import { mineEmails, mineSecrets } from './mine-secrets.ts';

test('finds the keys of third parties by their shapes, each once', () => {
  const openAi = `sk-proj-FAKE${'a'.repeat(28)}`;
  const aws = `AKIA${'FAKE'.repeat(4)}`;
  const github = `ghp_FAKE${'b'.repeat(36)}`;
  const text = JSON.stringify({ message: `my key: ${openAi}, again ${openAi}; ${aws} and "${github}"` });
  expect(mineSecrets(text).sort()).toEqual([aws, github, openAi].sort());
});

test('ordinary talk holds no secret', () => {
  expect(mineSecrets('the risk-averse desk-lamp asked AKIA about sk-short')).toEqual([]);
});

test('finds addresses', () => {
  expect(
    mineEmails('[{"email":"crab0@example.com"},{"email":null},{"email":"a.b@mail.example.org"}]'),
  ).toEqual(['crab0@example.com', 'a.b@mail.example.org']);
});
