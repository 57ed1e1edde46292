import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { SpiffeBundle } from '../bundle/spiffe-bundle.ts';
import { createFederatedBundleSource, type FederatedBundleSourceOptions } from './federated-bundle-source.ts';
import { BundleEndpointUnreachable } from './federation.errors.ts';
import type { fetchBundle } from './fetch-bundle.ts';

const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const url = 'https://other.test/bundle';

const bundle = (sequence: bigint, keyIds: readonly string[]): SpiffeBundle => ({
  trustDomain: 'other.test',
  x509Authorities: [],
  jwtAuthorities: new Map(keyIds.map((keyId) => [keyId, publicKey])),
  witAuthorities: new Map(),
  sequence,
  refreshHintSeconds: 60,
});

/** An endpoint whose answers the test lays ready; where none is left it is away. */
function open(answers: SpiffeBundle[], changes: Partial<FederatedBundleSourceOptions> = {}) {
  const asked: number[] = [];
  const errors: unknown[] = [];
  const fetch: typeof fetchBundle = async () => {
    asked.push(Date.now());
    const answer = answers.shift();
    if (answer === undefined) throw new BundleEndpointUnreachable('away');
    return answer;
  };
  const source = createFederatedBundleSource({
    trustDomain: 'other.test',
    url,
    profile: { type: 'https_web' },
    random: () => 0,
    fetch,
    onError: (error) => errors.push(error),
    ...changes,
  });
  onTestFinished(() => source.close());
  return { source, asked, errors };
}

describe('the bundle of another trust domain', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 0 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const settle = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

  it('is fetched at once, and then by its refresh hint', async () => {
    const { source, asked } = open([bundle(1n, ['a']), bundle(2n, ['a', 'b'])]);
    const heard: unknown[] = [];
    source.onUpdate(() => heard.push(source.bundle()?.sequence));
    expect(source.bundle()).toBeUndefined();
    await settle(59_999);
    expect(asked).toEqual([0]);
    await settle(1);
    expect(asked).toEqual([0, 60_000]);
    expect(heard).toEqual([1n, 2n]);
  });

  it('is held while its endpoint is away, which is not asked faster and faster', async () => {
    const { source, asked, errors } = open([bundle(1n, ['a'])]);
    await settle(60_000 + 15_000 + 30_000 + 60_000);
    expect(asked).toEqual([0, 60_000, 75_000, 105_000, 165_000]);
    expect(errors).toHaveLength(4);
    expect(source.bundle()?.sequence).toBe(1n);
  });

  it('is held where the endpoint gives an older one', async () => {
    const { source, errors } = open([bundle(1n, ['stolen']), bundle(6n, ['b'])], {
      bundle: bundle(5n, ['a']),
    });
    await settle();
    expect(errors).toEqual([expect.objectContaining({ code: 'federation.sequence-rolled-back' })]);
    expect(source.bundle()?.sequence).toBe(5n);
    await settle(15_000);
    expect(source.bundle()?.sequence).toBe(6n);
  });

  it('is not told of again where its keys are the same', async () => {
    const { source } = open([bundle(6n, ['a'])], { bundle: bundle(5n, ['a']) });
    const heard = vi.fn();
    source.onUpdate(heard);
    await settle();
    expect(source.bundle()?.sequence).toBe(6n);
    expect(heard).not.toHaveBeenCalled();
  });

  it('is asked for no more once the source is closed', async () => {
    const { source, asked } = open([bundle(1n, ['a'])]);
    await settle();
    source.close();
    await settle(3_600_000);
    expect(asked).toHaveLength(1);
  });

  it.each([
    ['no https', { url: 'http://other.test/' }],
    ['a password', { url: 'https://user:secret@other.test/' }],
    ['no URL', { url: 'other.test' }],
    ['our own trust domain', { ownTrustDomain: 'other.test' }],
    [
      'an ID that is no server’s',
      { profile: { type: 'https_spiffe' as const, endpointSpiffeId: 'spiffe://other.test' } },
    ],
    ['an ID that is none', { profile: { type: 'https_spiffe' as const, endpointSpiffeId: 'other.test/x' } }],
  ])('is refused when it is set up with %s, and no secret is in the message', (_what, changes) => {
    const opening = () => open([], changes);
    expect(opening).toThrow(expect.objectContaining({ code: 'federation.endpoint-invalid' }));
    expect(opening).not.toThrow(/secret/);
  });
});
