import type { ReceivedPoint } from '@blastradius/testkit';

const UNITS: Readonly<Record<string, string>> = { s: 'seconds', By: 'bytes', ms: 'milliseconds' };

/**
 * The names under which the collector's Prometheus exporter offers a metric: dots become underscores,
 * the unit is appended unless it is a mere annotation in braces, `1` of a gauge becomes `ratio`, and a
 * counter ends in `total` (OpenTelemetry, Prometheus and OpenMetrics Compatibility).
 */
export function prometheusNames({
  name,
  unit,
  kind,
  isMonotonic,
}: Pick<ReceivedPoint, 'name' | 'unit' | 'kind' | 'isMonotonic'>): string[] {
  const parts = name.split(/[^a-zA-Z0-9]+/);
  const suffix = UNITS[unit] ?? (unit === '1' && kind === 'gauge' ? 'ratio' : undefined);
  if (suffix !== undefined && !parts.includes(suffix)) parts.push(suffix);
  const base = parts.join('_');
  if (kind === 'histogram') return ['bucket', 'count', 'sum'].map((end) => `${base}_${end}`);
  return [kind === 'sum' && isMonotonic ? `${base}_total` : base];
}

/** The names of metrics in a PromQL expression: what is neither a function, a label, nor a word of the language. */
export function metricsIn(expression: string): string[] {
  const bare = expression
    .replace(/\{[^}]*\}/g, '')
    .replace(/"[^"]*"/g, '')
    .replace(/\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, '')
    .replace(/\[[^\]]*\]/g, '');
  return [...bare.matchAll(/[a-zA-Z_:][\w:]*(?!\w*\s*\()/g)]
    .map(([word]) => word)
    .filter((word) => word.includes('_') && !/_over_time$|^(?:histogram_quantile|label_replace)$/.test(word));
}
