import { type Leak, leak } from '@blastradius/contracts';
import { strategy } from '@blastradius/scenario';
import { ARMS, type Arm } from '@blastradius/stack';
import { InvalidArgumentError, Option } from 'commander';

/** Parsers of flags: each says what is allowed; commander names the flag and what was given. */
export function wholeNumber(min: number, max: number) {
  return (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`Allowed: a whole number from ${min} to ${max}.`);
    }
    return value;
  };
}

export function positiveNumber(min: number, max: number) {
  return (text: string): number => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= min && value <= max)) {
      throw new InvalidArgumentError(`Allowed: a number from ${min} to ${max}.`);
    }
    return value;
  };
}

export function armList(text: string): Arm[] {
  const names = text.split(',').map((name) => name.trim());
  const arms = ARMS.filter((arm) => names.includes(arm));
  if (arms.length !== names.length)
    throw new InvalidArgumentError(`Allowed: one or more of ${ARMS.join(', ')}, each once.`);
  return names.flatMap((name) => arms.filter((arm) => arm === name));
}

export function leakList(text: string): Leak[] {
  const names = text.split(',').map((name) => name.trim());
  const known = leak.options.filter((one) => names.includes(one));
  if (known.length !== names.length)
    throw new InvalidArgumentError(`Allowed: one or more of ${leak.options.join(', ')}, each once.`);
  return names.flatMap((name) => known.filter((one) => one === name));
}

export function strategyOption(): Option {
  return new Option(
    '--strategy <how>',
    'how the thief goes about its victims, where it is not what the scenario says',
  ).choices(strategy.options);
}

export function seedText(text: string): string {
  if (!/^[\w.:-]{1,64}$/.test(text))
    throw new InvalidArgumentError('Allowed: 1 to 64 of letters, digits, and _ . : -');
  return text;
}

/** Selectors hold commas of their own; one that begins another selector is followed by its type. */
export function selectorList(text: string): string[] {
  const selectors = text.split(/,(?=[a-z0-9_]+:)/);
  if (!selectors.every((selector) => /^[a-z0-9_]+:.+/.test(selector)))
    throw new InvalidArgumentError('Allowed: selectors such as unix:uid:1000, joined by commas.');
  return selectors;
}

export function oneOrMoreOf<T extends string>(known: readonly T[]) {
  return (text: string): T[] => {
    const names = text.split(',');
    const found = known.filter((name) => names.includes(name));
    if (found.length !== names.length)
      throw new InvalidArgumentError(`Allowed: one or more of ${known.join(', ')}, each once.`);
    return found;
  };
}
