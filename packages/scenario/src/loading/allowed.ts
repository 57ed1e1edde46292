import { z } from 'zod';

/** The part of a JSON Schema that scenarios need. */
export interface JsonSchema {
  type?: string;
  description?: string;
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
  items?: JsonSchema;
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  minLength?: number;
  pattern?: string;
  format?: string;
}

/** Says in words what a schema allows at a path: the keys of a map, the words of an enum, a range. */
export function allowedAt(schema: z.ZodType, path: readonly PropertyKey[]): string {
  const here = schemaAt(jsonSchemaOf(schema), path);
  return here === undefined ? '' : inWords(here);
}

export function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: 'input' }) as JsonSchema;
}

export function schemaAt(schema: JsonSchema, path: readonly PropertyKey[]): JsonSchema | undefined {
  let here: JsonSchema | undefined = schema;
  for (const key of path) here = here && childOf(here, key);
  return here;
}

function childOf(schema: JsonSchema, key: PropertyKey): JsonSchema | undefined {
  if (typeof key === 'number') return schema.items;
  const own = schema.properties?.[String(key)];
  if (own) return own;
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}

export function inWords(schema: JsonSchema): string {
  if (schema.enum) return schema.enum.join(', ');
  if (schema.properties) return `a map of ${Object.keys(schema.properties).join(', ')}`;
  if (schema.type === 'array') return 'a list';
  if (schema.type === 'number' || schema.type === 'integer') return numberInWords(schema);
  if (schema.pattern) return `text matching ${schema.pattern}`;
  if (schema.format) return `a ${schema.format}`;
  if (schema.minLength !== undefined) return `text of at least ${schema.minLength} characters`;
  return schema.type === 'string' ? 'text' : (schema.type ?? '');
}

function numberInWords(schema: JsonSchema): string {
  const noun = schema.type === 'integer' ? 'a whole number' : 'a number';
  // zod gives integers the bounds of safe integers; nobody needs to read those.
  const safe = (bound: number | undefined) =>
    bound === undefined || Math.abs(bound) === Number.MAX_SAFE_INTEGER ? undefined : bound;
  const bounds = [
    safe(schema.minimum) === undefined ? '' : `at least ${schema.minimum}`,
    schema.exclusiveMinimum === undefined ? '' : `above ${schema.exclusiveMinimum}`,
    safe(schema.maximum) === undefined ? '' : `at most ${schema.maximum}`,
    schema.exclusiveMaximum === undefined ? '' : `below ${schema.exclusiveMaximum}`,
  ].filter((bound) => bound !== '');
  return [noun, bounds.join(' and ')].join(' ').trim();
}
