import { z } from 'zod';
import { armResult } from './compute-arm.ts';
import { loadArm } from './load/load-result.ts';

interface JsonSchema {
  readonly type?: string | string[];
  readonly properties?: Record<string, JsonSchema>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly anyOf?: readonly JsonSchema[];
}

/** Stands in a name for a key that only the run gives, such as what the thief presented. */
const ANY = '*';

/** Every path into an arm of the report that leads to a number: what a hypothesis may name. */
export const metricNames: readonly string[] = numbersBelow(
  z.toJSONSchema(armResult.extend({ load: loadArm })) as JsonSchema,
);

export function isMetric(path: string): boolean {
  const steps = path.split('.');
  return metricNames.some((name) => {
    const known = name.split('.');
    return known.length === steps.length && known.every((step, i) => step === ANY || step === steps[i]);
  });
}

function numbersBelow(schema: JsonSchema, path: readonly string[] = []): string[] {
  const alternatives = schema.anyOf ?? [schema];
  return alternatives.flatMap((one) => {
    if (one.properties) {
      return Object.entries(one.properties).flatMap(([key, child]) => numbersBelow(child, [...path, key]));
    }
    if (typeof one.additionalProperties === 'object') {
      return numbersBelow(one.additionalProperties, [...path, ANY]);
    }
    return [one.type].flat().some((type) => type === 'number' || type === 'integer') ? [path.join('.')] : [];
  });
}
