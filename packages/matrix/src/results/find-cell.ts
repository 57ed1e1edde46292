import type { Cell } from './matrix-results.ts';

/** Throws `RangeError`: every combination has its cell, also one that makes no sense. */
export function findCell(cells: readonly Cell[], arm: string, leak: string): Cell {
  const cell = cells.find((one) => one.arm === arm && one.leak === leak);
  if (!cell) throw new RangeError(`the matrix has no cell of ${arm} and ${leak}`);
  return cell;
}
