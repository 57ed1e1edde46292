import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type IssuerRecord, issuerRecord } from '../records.ts';
import { issuerEventOf, issuerRecordOf } from './issuer-event.ts';

const place = { id: 'e-1', source: 'spiffe://moltbook.test/issuer#log' };
const events = issuerRecord.shape.event.options;
const text = fc.string({ unit: 'grapheme', minLength: 1 });

const record: fc.Arbitrary<IssuerRecord> = fc.record({
  ledger: fc.constant('issuer'),
  atMs: fc.integer({ min: 0, max: 8.64e15 }),
  event: fc.constantFrom(...events),
  kind: fc.constantFrom('x509', 'jwt', 'wit', 'access-token'),
  spiffeId: fc.option(text),
  serial: fc.option(text),
  policyId: fc.option(text),
  reason: text,
});

describe('an event', () => {
  test('gives back the record that it was made of, whatever that says', () => {
    fc.assert(
      fc.property(record, (act) => {
        const line = JSON.stringify(issuerEventOf(act, place));
        expect(issuerRecordOf(JSON.parse(line))).toEqual(act);
      }),
      { numRuns: 500 },
    );
  });

  test('that is none of ours is not read as one', () => {
    const event = issuerEventOf(fc.sample(record, 1)[0] as IssuerRecord, place);
    expect(() => issuerRecordOf({ ...event, type: 'com.example.svid.issued.v1' })).toThrow();
    expect(() => issuerRecordOf({ ...event, type: 'blastradius.svid.forgotten.v1' })).toThrow();
    expect(() => issuerRecordOf({ ...event, data: {} })).toThrow();
  });
});

/**
 * What OCSF 1.8 requires of the classes used here: events/base_event.json, events/iam/iam.json,
 * events/iam/authentication.json and events/iam/entity_management.json of github.com/ocsf/ocsf-schema,
 * with the objects metadata, product, user, service and managed_entity.
 */
const requiredOfAll = [
  'activity_id',
  'category_uid',
  'class_uid',
  'metadata.product',
  'metadata.version',
  'severity_id',
  'time',
  'type_uid',
];
const requiredOf: Record<number, { all: string[]; oneOf: string[][] }> = {
  3002: {
    all: ['user'],
    oneOf: [
      ['service', 'dst_endpoint'],
      ['user.uid', 'user.name', 'user.account'],
      ['service.uid', 'service.name'],
    ],
  },
  3004: { all: ['entity'], oneOf: [['entity.uid', 'entity.name']] },
};
const activities: Record<number, readonly number[]> = { 3002: [1, 3, 4], 3004: [1, 3, 4] };

test.each(events)('the body of %s has what OCSF requires of its class', (event) => {
  fc.assert(
    fc.property(record, (act) => {
      const { data } = issuerEventOf({ ...act, event }, place);
      const at = (path: string) =>
        path
          .split('.')
          .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], data);
      const classUid = Number(at('class_uid'));
      const { all, oneOf } = requiredOf[classUid] ?? { all: ['no such class'], oneOf: [] };
      for (const path of [...requiredOfAll, ...all]) expect(at(path), path).toBeDefined();
      for (const paths of oneOf)
        expect(
          paths.some((path) => at(path) !== undefined),
          String(paths),
        ).toBe(true);
      expect(activities[classUid]).toContain(at('activity_id'));
      expect(at('type_uid')).toBe(classUid * 100 + Number(at('activity_id')));
      expect(at('category_uid')).toBe(Math.floor(classUid / 1000));
      expect(at('time')).toBe(act.atMs);
      expect(at('status_id')).toBe(event.endsWith('refused') ? 2 : 1);
    }),
    { numRuns: 20 },
  );
});
