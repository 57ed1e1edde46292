/** One number of the scenario with its origin, for the report. */
export interface Provenance {
  /** Where it stands in the file: `attack.discoveryMinute`. */
  readonly path: string;
  readonly value: string;
  readonly kind: 'source' | 'assumption';
  readonly text: string;
}

/** Every object of a valid document that names its source or its assumption, in file order. */
export function provenanceOf(document: unknown, path: readonly (string | number)[] = []): Provenance[] {
  if (typeof document !== 'object' || document === null) return [];
  const entries = Object.entries(document);
  const { source, assumption, ...rest } = document as Record<string, unknown>;
  const text = source ?? assumption;
  if (typeof text === 'string' && !path.includes('sources')) {
    const kind = source === undefined ? 'assumption' : 'source';
    return [{ path: path.join('.'), value: plainValue(rest), kind, text }];
  }
  return entries.flatMap(([key, child]) => provenanceOf(child, [...path, key]));
}

function plainValue(rest: Record<string, unknown>): string {
  if ('value' in rest) return String(rest['value']);
  if ('minute' in rest) return `minute ${rest['minute']}: ${rest['title']}`;
  return Object.entries(rest)
    .map(([key, value]) => `${key} ${value}`)
    .join(', ');
}
