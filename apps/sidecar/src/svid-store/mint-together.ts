import type { Clock, Random } from '@blastradius/kernel';
import type { WorkloadApiLogger } from '@blastradius/workload-api';
import { createKeyAndCsr, type KeyAndCsr } from '../key-and-csr.ts';
import { type IssuedSpan, lifetimeOf, type RenewableSvid, renewAtMs } from '../rotation/renewal-time.ts';
import type { Turns } from '../rotation/turns.ts';
import type { HeldIdentity } from './held-svid.ts';
import type { CertificateRequest, MintRefusal } from './issuer.ts';

export interface MintOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: WorkloadApiLogger;
  readonly selectors: readonly string[];
  readonly spiffeIds: readonly string[];
  /** Of the whole sidecar. */
  readonly turns: Turns;
}

export interface Minted<Held> {
  readonly svids: readonly Held[];
  readonly refused: readonly { readonly spiffeId: string }[];
  /** Why the rest was not asked for any more. */
  readonly failure?: unknown;
}

/** How SVIDs of one kind are asked for, and what is held of an answer. */
export interface MintProfile<Document, Held extends HeldIdentity> {
  ask(requests: readonly CertificateRequest[]): Promise<readonly (Document | MintRefusal)[]>;
  /**
   * Undefined for an answer that is not for this identity and this key: a mix-up in the order of the
   * results would hand one workload's identity to another.
   */
  hold(document: Document, request: KeyAndId): Issued<Held> | undefined;
}

export interface KeyAndId {
  readonly spiffeId: string;
  readonly pair: KeyAndCsr;
}

export interface Issued<Held> extends IssuedSpan {
  held(renewal: RenewableSvid): Held;
}

/** So few that an answer is quick though many sidecars ask at once: some 0.1 s of an issuer's time. */
const BATCH_MAX = 250;

/**
 * Makes a key for each identity and has them all certified. The keys never leave this process but to their
 * workload. What was issued before the issuer failed is kept: asking for all of it again would make a busy
 * issuer busier. Rejects where nothing was.
 */
export async function mintTogether<Document extends object, Held extends HeldIdentity>(
  options: MintOptions,
  profile: MintProfile<Document, Held>,
): Promise<Minted<Held>> {
  const requestedAtMs = options.clock.now().getTime();
  const issued: Issued<Held>[] = [];
  const refused: { spiffeId: string }[] = [];
  const failed: { failure?: unknown } = {};
  for (let start = 0; start < options.spiffeIds.length; start += BATCH_MAX) {
    const spiffeIds = options.spiffeIds.slice(start, start + BATCH_MAX);
    try {
      const batch = await options.turns.take(() => mintBatch(spiffeIds, profile));
      for (const { spiffeId, held } of batch) {
        if (held === undefined) refused.push({ spiffeId });
        else issued.push(held);
      }
    } catch (error) {
      if (issued.length === 0) throw error;
      failed.failure = error;
      break;
    }
  }
  if (refused.length > 0) {
    const sample = refused.slice(0, 5).map(({ spiffeId }) => spiffeId);
    options.logger.warn({ count: refused.length, sample }, 'svids not issued');
  }
  const at = { requestedAtMs, nowMs: options.clock.now().getTime() };
  return { svids: holdTogether(issued, at, options.random.next()), refused, ...failed };
}

async function mintBatch<Document extends object, Held extends HeldIdentity>(
  spiffeIds: readonly string[],
  profile: MintProfile<Document, Held>,
) {
  // All at once: the keys are made in the thread pool.
  const batch = await Promise.all(
    spiffeIds.map(async (spiffeId) => ({ spiffeId, pair: await createKeyAndCsr(spiffeId) })),
  );
  const results = await profile.ask(batch.map(({ spiffeId, pair }) => ({ spiffeId, csr: pair.csr })));
  return batch.map((entry, index) => {
    const result = results[index];
    const isIssued = result !== undefined && !('refused' in result);
    return { ...entry, held: isIssued ? profile.hold(result, entry) : undefined };
  });
}

/**
 * What is minted together is renewed together, in one batch and one push: with one draw of the
 * jitter, and by the earliest end, since a batch can cross the full second that ends are cut to.
 */
function holdTogether<Held extends HeldIdentity>(
  issued: readonly Issued<Held>[],
  at: { readonly requestedAtMs: number; readonly nowMs: number },
  jitter: number,
): readonly Held[] {
  const lifetimes = issued.map((svid) => lifetimeOf(svid, at));
  const earliest = Math.min(...lifetimes.map(({ notAfterMs }) => notAfterMs));
  const together = renewAtMs({ ...at, notAfterMs: earliest }, jitter);
  return issued.flatMap((svid, index) => {
    const lifetime = lifetimes[index];
    return lifetime === undefined ? [] : [svid.held({ ...lifetime, renewAtMs: together })];
  });
}
