import { generateKeyPairSync } from 'node:crypto';
import { createX509Svid } from '@blastradius/spiffe';
import { expect, test } from 'vitest';
import { RogueAuthority } from '../playbooks/moltbook/rogue-authority.ts';
import { Holdings } from './holdings.ts';

const key = (apiKey: string, agent?: string) =>
  ({ kind: 'api-key', apiKey, ...(agent ? { agent } : {}) }) as const;
const rogue = new RogueAuthority();
const tokenFor = async (agent: string) =>
  ({ kind: 'jwt-svid', token: await rogue.signToken(`spiffe://moltbook.test/agent/${agent}`) }) as const;
const svidOf = async (agent: string) =>
  ({
    kind: 'x509-svid',
    svid: createX509Svid(await rogue.mint(`spiffe://moltbook.test/agent/${agent}`)),
  }) as const;
const name = (lie: 'authorization' | 'x-spiffe-id') =>
  ({ kind: 'name', spiffeId: 'spiffe://moltbook.test/agent/Eel', lie }) as const;

test('what was taken before is not taken again', () => {
  const holdings = new Holdings();
  expect(holdings.take([key('a', 'Eel'), key('a', 'Eel')])).toHaveLength(1);
  expect(holdings.take([key('a', 'Eel')])).toEqual([]);
});

test('the newest key that was not refused is shown; a refused one only where nothing better is there', () => {
  const holdings = new Holdings();
  holdings.take([key('old', 'Eel')]);
  const [newer] = holdings.take([key('new', 'Eel')]);
  expect(holdings.choose('Eel', 0)).toBe(newer);
  if (newer) holdings.refused(newer);
  expect(holdings.choose('Eel', 0)?.credential).toEqual(key('old', 'Eel'));
});

test('where nothing should work, everything is shown in turn', () => {
  const holdings = new Holdings();
  holdings.take([name('authorization'), name('x-spiffe-id')]);
  const shown = [0, 1].map((turn) => holdings.choose('Eel', turn)?.credential);
  expect(new Set(shown).size).toBe(2);
});

test('a credential belongs to nobody until the network says whose it is', () => {
  const holdings = new Holdings();
  const [held] = holdings.take([key('a')]);
  expect(holdings.owners).toEqual([held?.id]);
  if (held) holdings.learn(held, 'Eel');
  expect(holdings.owners).toEqual(['Eel']);
});

test('a kind that the door has taken goes first, one that it has refused goes last, whatever is newer', async () => {
  const holdings = new Holdings();
  const tokens = holdings.take([await tokenFor('Eel'), await tokenFor('Ray')]);
  const [eelsSvid] = holdings.take([await svidOf('Eel'), await svidOf('Ray')]);
  if (!eelsSvid || !tokens[0]) throw new Error('nothing was taken');
  expect(holdings.choose('Eel', 0)).toBe(eelsSvid);
  holdings.refused(eelsSvid);
  expect(holdings.choose('Ray', 0)).toBe(tokens[1]);
  holdings.accepted(tokens[0]);
  holdings.take([await svidOf('Ray')]);
  expect(holdings.choose('Ray', 0)).toBe(tokens[1]);
});

test('a bound token that was seen before its key is another credential than with the key', () => {
  const holdings = new Holdings();
  const claims = Buffer.from('{"sub":"spiffe://moltbook.test/agent/Eel"}').toString('base64url');
  const token = `e30.${claims}.c2ln`;
  holdings.take([{ kind: 'bound-access-token', token }]);
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const [withKey] = holdings.take([{ kind: 'bound-access-token', token, privateKey }]);
  expect(holdings.choose('Eel', 0)).toBe(withKey);
});

test('of keys with scopes each is shown for what it was not refused for', () => {
  const holdings = new Holdings();
  const [write, read] = holdings.take([key('write', 'Eel'), key('read', 'Eel')]);
  if (!write || !read) throw new Error('nothing was taken');
  expect(holdings.choose('Eel', 0, 'writing')).toBe(read);
  holdings.refused(read, 'writing');
  holdings.refused(write, 'reading');
  expect(holdings.choose('Eel', 0, 'writing')).toBe(write);
  expect(holdings.choose('Eel', 0, 'reading')).toBe(read);
  holdings.refused(write);
  expect(holdings.choose('Eel', 0, 'writing')).toBeDefined();
});
