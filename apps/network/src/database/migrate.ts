import * as kit from '@blastradius/nest-kit';

/** Any number that all instances of this app agree on. */
const LOCK = 7_402_111_901;

/** Brings the network's tables up to date, whoever of its instances comes first. */
export function migrate(url: string): Promise<string[]> {
  // Beside `src` and `dist` alike.
  const folder = new URL('../../migrations/', import.meta.url);
  return kit.migrate({ url, folder, schema: 'operations', lock: LOCK });
}
