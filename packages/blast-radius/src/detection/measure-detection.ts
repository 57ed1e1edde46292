import { z } from 'zod';
import { acceptedUses } from '../metrics/credentials.ts';
import { rounded } from '../metrics/rounding.ts';
import type { ArmFacts } from '../run/arm-facts.ts';
import { type Deed, deedsOf, technique, techniquesOf } from '../taxonomy/taxonomy.ts';
import { alarmLedger, type OperatorsView } from './detection.ts';
import { detectionId } from './detection-id.ts';
import { detections } from './detections.ts';
import { judgeAlarms } from './judge-alarms.ts';

const told = z.strictObject({
  techniques: z.array(technique).describe('what others call it'),
  tells: z.array(detectionId).describe('which detections should have told, in this arm'),
  untold: z.string().nullable().describe('why nothing tells, where nothing does'),
});

const watched = z.strictObject({
  id: detectionId,
  title: z.string(),
  expectedOf: z.array(z.enum(['theft', 'use'])).describe('what it should have told of'),
  foundAtMinute: z.number().nullable().describe('its first alarm that was right'),
  ledger: alarmLedger.nullable(),
  recordId: z.string().nullable().describe('the record that the first right alarm is of'),
  rightAlarms: z.int(),
  falseAlarms: z.int(),
  falseAlarmsWithoutLeak: z
    .int()
    .describe('of the false ones, those before the leak, or in a run without one'),
});

export const detection = z.strictObject({
  leak: z
    .string()
    .nullable()
    .describe('what leaked; null where nothing did, or where an old run does not say'),
  theft: told.nullable(),
  use: told.nullable(),
  firstUseMinute: z.number().nullable().describe('the first accepted use of what was stolen'),
  foundAtMinute: z.number().nullable().describe('the first right alarm of any detection'),
  minutesFromFirstUse: z
    .number()
    .nullable()
    .describe(
      'from the first accepted use to the first right alarm; below 0 where the theft itself was seen',
    ),
  falseAlarms: z.int(),
  watched: z.array(watched).describe('those that were expected, and those that raised an alarm'),
});
export type DetectionResult = z.infer<typeof detection>;

/** What the operators' own records would have told, and when; judged by what really happened. */
export function measureDetection(facts: ArmFacts): DetectionResult {
  const { leak, arm, leakMinute } = facts.run;
  const view = operatorsView(facts);
  const isRight = judgeAlarms(facts);
  const expected = leak === undefined || leakMinute === null ? null : deedsOf(leak);
  const theft = expected && expectationOf(expected.theft, arm);
  const use = expected && expectationOf(expected.use, arm);
  const all = detections.map(({ id, title, watch }) => {
    const alarms = watch(view);
    const right = alarms.filter(isRight);
    const wrong = alarms.filter((alarm) => !isRight(alarm));
    const [first] = right;
    const expectedOf: ('theft' | 'use')[] = [];
    if (theft?.tells.includes(id)) expectedOf.push('theft');
    if (use?.tells.includes(id)) expectedOf.push('use');
    return {
      id,
      title,
      expectedOf,
      foundAtMinute: first ? rounded(first.minute) : null,
      ledger: first?.ledger ?? null,
      recordId: first?.recordId ?? null,
      rightAlarms: right.length,
      falseAlarms: wrong.length,
      falseAlarmsWithoutLeak: wrong.filter(({ minute }) => leakMinute === null || minute < leakMinute).length,
    };
  });
  const found = all.flatMap(({ foundAtMinute }) => foundAtMinute ?? []);
  const foundAtMinute = found.length === 0 ? null : Math.min(...found);
  const firstUse = acceptedUses(facts)[0];
  return {
    leak: expected ? (leak ?? null) : null,
    theft,
    use,
    firstUseMinute: firstUse ? rounded(firstUse.minute) : null,
    foundAtMinute,
    minutesFromFirstUse: firstUse && foundAtMinute !== null ? rounded(foundAtMinute - firstUse.minute) : null,
    falseAlarms: all.reduce((sum, { falseAlarms }) => sum + falseAlarms, 0),
    watched: all.filter(
      ({ expectedOf, rightAlarms, falseAlarms }) => expectedOf.length + rightAlarms + falseAlarms > 0,
    ),
  };
}

function expectationOf(deed: Deed, arm: ArmFacts['run']['arm']): z.infer<typeof told> {
  const { tells, untold } = deed;
  const able = detections.filter(
    ({ id, appliesTo }) => tells.includes(id) && (arm === undefined || appliesTo(arm)),
  );
  return {
    techniques: techniquesOf(deed),
    tells: able.map(({ id }) => id),
    untold: able.length === 0 ? untold : null,
  };
}

function operatorsView({ audit, issuer, dataApi, sidecar, vault, world }: ArmFacts): OperatorsView {
  const retired = new Map(
    world.flatMap(({ event, subject, minute }) =>
      event === 'agent-retired' && subject !== null ? [[subject, minute] as const] : [],
    ),
  );
  return { audit, issuer, dataApi, sidecar, vault, retired };
}
