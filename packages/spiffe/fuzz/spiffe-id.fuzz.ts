import { mutatedText, outcomeOf } from '@blastradius/fuzz-kit';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { parseSpiffeId } from '../src/index.ts';
import { startGoSpiffeOracle } from './go-spiffe-oracle.ts';

const oracle = startGoSpiffeOracle();
afterAll(() => oracle?.stop());

const texts = fc.oneof(
  mutatedText('spiffe://moltbook.test/agent/a.b-c_D/../9'),
  mutatedText('spiffe://moltbook.test/agent/a'),
  mutatedText('spiffe://10.0.0.1'),
  fc.string({ unit: 'binary', maxLength: 60 }).map((path) => `spiffe://moltbook.test/${path}`),
  fc.string({ unit: 'grapheme' }),
);

it('a SPIFFE ID is read or refused, and never read where go-spiffe refuses it', async () => {
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      const outcome = await outcomeOf(() => parseSpiffeId(text));
      expect(outcome).toMatch(/^(accepted|spiffe-id\..*)$/);
      if (outcome !== 'accepted') return;
      expect(parseSpiffeId(text).toString()).toBe(text);
      const answer = await oracle?.ask({ kind: 'spiffe-id', text: Buffer.from(text).toString('base64') });
      expect(answer?.accepted ?? true, answer?.reason).toBe(true);
    }),
  );
});
