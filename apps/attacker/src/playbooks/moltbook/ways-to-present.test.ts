import { createX509Svid } from '@blastradius/spiffe';
import { expect, test } from 'vitest';
import { RogueAuthority } from './rogue-authority.ts';
import { waysToPresent } from './ways-to-present.ts';

const spiffeId = 'spiffe://moltbook.test/agent/Eel';

test('a stolen key is simply used', () => {
  expect(waysToPresent({ name: 'Crab', apiKey: 'k', spiffeId }, undefined)).toEqual([
    { presented: 'static-key', apiKey: 'k' },
  ]);
});

test('of a key the hash is shown, and then nothing', () => {
  expect(waysToPresent({ name: 'Crab', keyHash: 'h' }, undefined)).toEqual([
    { presented: 'key-hash', keyHash: 'h' },
    { presented: 'nothing' },
  ]);
});

test('for a mere name everything is tried that might make a door believe it', () => {
  const presented = waysToPresent({ name: 'Eel', spiffeId }, undefined).map((way) => way.presented);
  expect(new Set(presented)).toEqual(
    new Set([
      'rogue-ca-certificate',
      'rogue-signed-token',
      'rogue-access-token',
      'spiffe-id-as-name',
      'nothing',
    ]),
  );
  expect(presented.filter((way) => way === 'spiffe-id-as-name')).toHaveLength(3);
});

test('who is known by a public name only gets nothing to show', () => {
  expect(waysToPresent({ name: 'Ray' }, undefined)).toEqual([{ presented: 'nothing' }]);
});

test('an SVID out of a backup is presented for its own agent and for no other', async () => {
  const svid = createX509Svid(await new RogueAuthority().mint(spiffeId));
  const backup = { kind: 'x509-svid', spiffeId: svid.spiffeId, svid } as const;
  const presentedFor = (id: string) =>
    waysToPresent({ name: 'x', spiffeId: id }, backup).map((way) => way.presented);
  expect(presentedFor(spiffeId)).toContain('expired-svid');
  expect(presentedFor('spiffe://moltbook.test/agent/Other')).not.toContain('expired-svid');
});

test('the thief mints faultless certificates, each with a key of its own', async () => {
  const rogue = new RogueAuthority();
  const [one, two] = [await rogue.mint(spiffeId), await rogue.mint(spiffeId)];
  expect(createX509Svid(one).spiffeId.toString()).toBe(spiffeId);
  expect(one.privateKey.equals(two.privateKey)).toBe(false);
});
