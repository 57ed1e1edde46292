import { VaultError } from './vault.errors.ts';

const UNIT_SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** Vault's durations: seconds as a number or as digits, or Go's `20m`, `1h30m`. */
export function durationSeconds(value: string | number | undefined, otherwise: number): number {
  if (value === undefined || value === '') return otherwise;
  if (typeof value === 'number') return value;
  if (/^\d+$/.test(value)) return Number(value);
  if (!/^(\d+[smhd])+$/.test(value)) throw new VaultError(400, `error parsing duration "${value}"`);
  return [...value.matchAll(/(\d+)([smhd])/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * UNIT_SECONDS[unit as keyof typeof UNIT_SECONDS],
    0,
  );
}
