import { issuerAdministration } from '@blastradius/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkPolicies } from '../check/check-policies.ts';
import { matchPolicies } from './match-policies.ts';
import { PolicySet } from './policy-set.ts';

const trustDomain = 'moltbook.test';
const numRuns = 200;

/** What any process might get into a selector: words, dots, slashes, control characters, bytes that are no text. */
const anyValue = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9._-]{1,12}$/),
  fc.constantFrom(
    '.',
    '..',
    '...',
    '',
    '/',
    'a/b',
    'a/../b',
    '%2f',
    '%2e%2e',
    'a\n',
    '\u0000',
    'а',
    'ａ',
    '\u202e',
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes).toString('utf8')),
  fc.constantFrom('\ud800', 'a\udc00', '{x}', '{{node}}', '$&', '$1', 'a-b', 'a.b', 'sidecar', 'issuer'),
);
type Fill = (template: string, values: readonly string[]) => readonly string[];

const policyOf = (spiffeId: string) =>
  issuerAdministration.issuancePolicy.parse({ id: 'p', selectors: ['unix:uid:1'], spiffeId });
const selectorsOf = (values: readonly string[]) => [
  'unix:uid:1',
  ...values.map((value, index) => `docker:label:l${index}:${value}`),
];

/** Ours: what is granted to a container whose labels l0, l1, ... have these values. */
const grants: Fill = (template, values) => {
  const workload = { node: 'n', selectors: selectorsOf(values) };
  return [...matchPolicies(new PolicySet([policyOf(template)]), workload, trustDomain).keys()];
};

/** The control: what a filler does that puts in whatever there is. */
const naive: Fill = (template, values) => [
  template
    .replaceAll('{{trustDomain}}', trustDomain)
    .replace(/\{\{docker\.label\.l(\d)\}\}/g, (_, index) => values[Number(index)] ?? ''),
];

describe('no value of an attribute breaks out of its segment', () => {
  const template = 'spiffe://{{trustDomain}}/agent/{{docker.label.l0}}/at/{{docker.label.l1}}';
  const property = (fill: Fill) =>
    fc.property(anyValue, anyValue, (one, other) => {
      const ids = fill(template, [one, other]);
      expect(ids.length).toBeLessThanOrEqual(1);
      for (const id of ids) {
        expect(id).toMatch(/^spiffe:\/\/moltbook\.test\/agent\/[A-Za-z0-9._-]+\/at\/[A-Za-z0-9._-]+$/);
        const segments = id.split('/').slice(3);
        expect(segments).toEqual(['agent', one, 'at', other]);
        for (const segment of segments) expect(['.', '..']).not.toContain(segment);
      }
    });

  it('holds for any text and any bytes', () => fc.assert(property(grants), { numRuns }));
  it('does not hold for a filler that takes what it is given', () => {
    expect(() => fc.assert(property(naive), { numRuns })).toThrow();
  });
  it('is not kept by granting nothing: a plain value is granted', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,30}$/), (value) => {
        expect(grants(template, [value, 'x'])).toEqual([`spiffe://moltbook.test/agent/${value}/at/x`]);
      }),
      { numRuns: 100 },
    );
  });
});

describe('no two workloads with different values of the attributes share an ID by accident', () => {
  /** Segments with text and up to two places each, so that some of the templates are ambiguous. */
  const segment = fc.oneof(
    fc.constantFrom('agent', 'a', 'x'),
    fc
      .tuple(fc.constantFrom('', 'a', 'v-'), fc.constantFrom(0, 1), fc.constantFrom('', '-a', '.x'))
      .map(([before, index, after]) => `${before}{{docker.label.l${index}}}${after}`),
    fc.constantFrom('', '-', '.', 'a').map((between) => `{{docker.label.l0}}${between}{{docker.label.l1}}`),
  );
  const template = fc
    .array(segment, { minLength: 1, maxLength: 4 })
    .map((segments) => `spiffe://{{trustDomain}}/${segments.join('/')}`)
    .filter((text) => text.includes('l0') && text.includes('l1'));
  const value = fc.stringMatching(/^[a-]{1,3}$/);
  const pair = fc.tuple(value, value);
  const isTaken = (text: string) =>
    checkPolicies([policyOf(text)], { trustDomain, ttlSecondsMax: undefined }).length === 0;
  const property = (isWritten: (text: string) => boolean) =>
    fc.property(template.filter(isWritten), pair, pair, (text, one, other) => {
      const [first] = grants(text, one);
      const [second] = grants(text, other);
      if (first !== undefined && first === second) expect(one).toEqual(other);
    });

  it('holds for every template that is taken when it is written', () =>
    fc.assert(property(isTaken), { numRuns: 500 }));
  it('does not hold where every template is taken', () => {
    expect(() =>
      fc.assert(
        property(() => true),
        { numRuns: 2000, seed: 1 },
      ),
    ).toThrow();
  });
  it('is not kept by taking none', () => {
    expect(isTaken('spiffe://{{trustDomain}}/{{docker.label.l0}}/v-{{docker.label.l1}}.x')).toBe(true);
    expect(isTaken('spiffe://{{trustDomain}}/{{docker.label.l0}}-{{docker.label.l1}}')).toBe(false);
  });

  it('nor is one attribute taken for another whose key begins alike', () => {
    const key = fc.stringMatching(/^[a.]{1,3}$/);
    fc.assert(
      fc.property(key, key, fc.stringMatching(/^[a.:]{1,4}$/), (asked, had, text) => {
        const policy = policyOf(`spiffe://{{trustDomain}}/k/{{docker.label.${asked}}}`);
        const workload = { node: 'n', selectors: ['unix:uid:1', `docker:label:${had}:${text}`] };
        const granted = [...matchPolicies(new PolicySet([policy]), workload, trustDomain).keys()];
        if (asked !== had) expect(granted).toEqual([]);
      }),
      { numRuns },
    );
  });
});

describe('the longest IDs stay inside the limits of the standard', () => {
  const template = 'spiffe://{{trustDomain}}/{{docker.label.l0}}/{{docker.label.l1}}';
  const long = fc.integer({ min: 1, max: 2100 }).map((length) => 'v'.repeat(length));
  const property = (fill: Fill) =>
    fc.property(long, long, (one, other) => {
      const length = `spiffe://${trustDomain}/${one}/${other}`.length;
      const ids = fill(template, [one, other]);
      expect(ids.map((id) => Buffer.byteLength(id))).toEqual(length <= 2048 ? [length] : []);
    });

  it('2048 bytes are granted and 2049 are not', () => {
    const room = 2048 - `spiffe://${trustDomain}/x/`.length;
    expect(grants(template, ['x', 'v'.repeat(room)])).toHaveLength(1);
    expect(grants(template, ['x', 'v'.repeat(room + 1)])).toEqual([]);
    fc.assert(property(grants), { numRuns });
  });
  it('does not hold for a filler that takes what it is given', () => {
    expect(() => fc.assert(property(naive), { numRuns })).toThrow();
  });
  it('a template that is too long with the shortest values is refused when it is written', () => {
    const text = `spiffe://{{trustDomain}}/${'a'.repeat(2040)}/{{docker.label.l0}}`;
    expect(checkPolicies([policyOf(text)], { trustDomain, ttlSecondsMax: undefined })).toHaveLength(1);
  });
});
