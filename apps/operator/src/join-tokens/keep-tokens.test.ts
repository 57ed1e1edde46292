import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { IssuerAway } from '../operator.errors.ts';
import { JoinFolder } from './join-folder.ts';
import { KeptTokens } from './keep-tokens.ts';

function twoNodes() {
  const root = mkdtempSync(join(tmpdir(), 'join-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const folders = new Map(['a', 'b'].map((node) => [node, mkdtempSync(join(root, `${node}-`))]));
  const minted: string[] = [];
  const issuer = {
    isAway: false,
    mintJoinToken: async (node: string) => {
      if (issuer.isAway) throw new IssuerAway('away');
      minted.push(node);
      return { joinToken: `token-${minted.length}`, bundle: `bundle-${minted.length}` };
    },
  };
  let nowMs = 1_000_000;
  const tokens = new KeptTokens({
    issuer,
    folders: new Map([...folders].map(([node, folder]) => [node, new JoinFolder(folder)])),
    ttlSeconds: 600,
    now: () => nowMs,
  });
  const file = (node: string, name: string) => join(folders.get(node) ?? '', name);
  return { tokens, issuer, minted, file, pass: (ms: number) => (nowMs += ms) };
}

test('every node gets a token and what to trust, for its owner alone', async () => {
  const { tokens, file } = twoNodes();
  expect(tokens.isComplete).toBe(false);
  expect(await tokens.refill()).toEqual(['a', 'b']);
  expect(tokens.isComplete).toBe(true);
  expect(readFileSync(file('b', 'token'), 'utf8')).toBe('token-2');
  expect(readFileSync(file('b', 'bundle'), 'utf8')).toBe('bundle-2');
  expect(statSync(file('b', 'token')).mode & 0o777).toBe(0o600);
});

test('a token that was taken away is followed by another, and the other node keeps its own', async () => {
  const { tokens, file, minted } = twoNodes();
  await tokens.refill();
  rmSync(file('a', 'token'));
  expect(await tokens.refill()).toEqual(['a']);
  expect(await tokens.refill()).toEqual([]);
  expect(minted).toEqual(['a', 'b', 'a']);
});

test('a token is replaced while it still has time to be used', async () => {
  const { tokens, file, pass } = twoNodes();
  await tokens.refill();
  pass(299_000);
  expect(await tokens.refill()).toEqual([]);
  pass(1000);
  expect(await tokens.refill()).toEqual(['a', 'b']);
  expect(readFileSync(file('a', 'token'), 'utf8')).toBe('token-3');
});

test('a token that an earlier operator left is not trusted to be good', async () => {
  const { tokens, file } = twoNodes();
  writeFileSync(file('a', 'token'), 'of yesterday');
  expect(await tokens.refill()).toEqual(['a', 'b']);
  expect(readFileSync(file('a', 'token'), 'utf8')).toBe('token-1');
});

test('nothing is lost when the issuer is away: the next time goes on', async () => {
  const { tokens, issuer } = twoNodes();
  issuer.isAway = true;
  await expect(tokens.refill()).rejects.toThrow(IssuerAway);
  issuer.isAway = false;
  expect(await tokens.refill()).toEqual(['a', 'b']);
});
