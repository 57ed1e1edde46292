import { readFileSync } from 'node:fs';
import { mutatedBytes, outcomeOf } from '@blastradius/fuzz-kit';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { acceptFetchedBundle, parseEndpointUrl, readFetchedBundle } from '../src/index.ts';

const trustDomain = 'domain.test';
const vector = (name: string) =>
  readFileSync(new URL(`../test/vectors/go-spiffe/spiffebundle/${name}`, import.meta.url), 'utf8');
const original = new TextEncoder().encode(
  JSON.stringify(JSON.parse(vector('spiffebundle_valid_with_wit.json'))),
);

it('what an endpoint sends is a bundle that may take the place of the one held, or is refused', async () => {
  const held = readFetchedBundle(trustDomain, original);
  expect(acceptFetchedBundle(held, held)).toBe(false);
  await fc.assert(
    fc.asyncProperty(fc.oneof(mutatedBytes(original), fc.uint8Array({ maxLength: 200 })), async (bytes) => {
      const outcome = await outcomeOf(() => acceptFetchedBundle(held, readFetchedBundle(trustDomain, bytes)));
      expect(outcome).toMatch(/^(accepted|federation\.(fetched-bundle-invalid|sequence-rolled-back))$/);
    }),
  );
});

it('a URL is one that we may ask, or is refused', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.webUrl(),
        fc.string(),
        fc.string().map((s) => `https://${s}`),
      ),
      async (text) => {
        const outcome = await outcomeOf(() => parseEndpointUrl(text));
        expect(outcome).toMatch(/^(accepted|federation\.endpoint-invalid)$/);
        if (outcome === 'accepted')
          expect(parseEndpointUrl(text)).toMatchObject({ protocol: 'https:', username: '' });
      },
    ),
  );
});
