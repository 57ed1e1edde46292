interface Attack {
  readonly leak: string;
  readonly discoveryMinute: number;
  readonly carelessBackup: { readonly foundMinute: number };
}

interface Span {
  readonly attack: Attack & { readonly strategy: string; readonly waitMinutes: number };
  readonly clock: { readonly endMinute: number };
}

/** When the thief could take something for the first time. */
export function takenMinute({ leak, discoveryMinute, carelessBackup }: Attack): number {
  return leak === 'retired-agent' ? carelessBackup.foundMinute : discoveryMinute;
}

/** Minutes for which the thief could wait before the run ends. */
export function minutesToWait({ attack, clock }: Pick<Span, 'clock'> & { readonly attack: Attack }): number {
  return clock.endMinute - takenMinute(attack);
}

export function waitsBeyondTheEnd({ attack, clock }: Span): boolean {
  return attack.strategy === 'wait-and-see' && attack.waitMinutes >= minutesToWait({ attack, clock });
}
