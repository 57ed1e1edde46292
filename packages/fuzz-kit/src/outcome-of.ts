import { DomainError } from '@blastradius/kernel';

/** Far more than any parser needs, also on a machine that has other things to do. */
const patienceMs = 5_000;

/**
 * What a parser makes of an input: `accepted`, or the code of its refusal. Anything but a DomainError is
 * a crash and is thrown on; so is a parser that takes its time.
 */
export async function outcomeOf(parse: () => unknown): Promise<string> {
  const startedMs = performance.now();
  const outcome = await attempt(parse);
  const tookMs = performance.now() - startedMs;
  if (tookMs > patienceMs) throw new Error(`the parser took ${Math.round(tookMs)} ms`);
  return outcome;
}

async function attempt(parse: () => unknown): Promise<string> {
  try {
    await parse();
    return 'accepted';
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
}
