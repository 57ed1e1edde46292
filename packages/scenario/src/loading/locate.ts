import { type Document, isMap, isNode, isPair, isScalar, isSeq, type LineCounter } from 'yaml';

export interface Position {
  readonly line: number;
  readonly column: number;
}

/**
 * Where in the text a path stands: the value's own place, or that of the nearest parent which is
 * there. With `key`, the place of that key in the map at the path.
 */
export function locate(
  document: Document,
  lines: LineCounter,
  path: readonly PropertyKey[],
  key?: string,
): Position {
  let node: unknown = document.contents;
  let found = node;
  for (const step of path) {
    node = step === undefined ? undefined : childOf(node, step);
    if (node === undefined) break;
    found = node;
  }
  if (key !== undefined && isMap(found)) found = keyOf(found, key) ?? found;
  const offset = isNode(found) ? (found.range?.[0] ?? 0) : 0;
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

function childOf(node: unknown, step: PropertyKey): unknown {
  if (isSeq(node) || isMap(node)) return node.get(typeof step === 'symbol' ? String(step) : step, true);
  return undefined;
}

function keyOf(map: { items: unknown[] }, key: string): unknown {
  const pair = map.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === key);
  return isPair(pair) ? pair.key : undefined;
}
