import { X509Certificate } from 'node:crypto';
import type { X509SvidDocument } from '@blastradius/contracts';
import type { Clock, Random } from '@blastradius/kernel';
import { authorityKeyIdOf } from '@blastradius/spiffe';
import type { WorkloadApiLogger } from '@blastradius/workload-api';
import { createKeyAndCsr, type KeyAndCsr } from '../key-and-csr.ts';
import { renewAtMs } from '../rotation/renewal-time.ts';
import type { HeldSvid } from './held-svid.ts';
import type { Issuer, MintResult } from './issuer.ts';

export interface MintOptions {
  readonly issuer: Issuer;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: WorkloadApiLogger;
  readonly selectors: readonly string[];
  readonly spiffeIds: readonly string[];
}

export interface Minted {
  readonly svids: readonly HeldSvid[];
  readonly refused: readonly { readonly spiffeId: string }[];
}

interface Issued {
  readonly document: X509SvidDocument;
  readonly pair: KeyAndCsr;
}

/** Keeps a request well below a megabyte, the usual limit of servers. */
const BATCH_MAX = 1000;

/** Makes a key for each identity and has them all certified. The keys never leave this process but to their workload. */
export async function mintSvids(options: MintOptions): Promise<Minted> {
  const requestedAtMs = options.clock.now().getTime();
  const issued: Issued[] = [];
  const refused: { spiffeId: string }[] = [];
  for (let start = 0; start < options.spiffeIds.length; start += BATCH_MAX) {
    for (const { pair, spiffeId, result } of await mintBatch(options, start)) {
      if (isFor(result, spiffeId, pair)) issued.push({ document: result, pair });
      else refused.push({ spiffeId });
    }
  }
  if (refused.length > 0) {
    const sample = refused.slice(0, 5).map(({ spiffeId }) => spiffeId);
    options.logger.warn({ count: refused.length, sample }, 'svids not issued');
  }
  return { svids: holdTogether(issued, requestedAtMs, options.random.next()), refused };
}

async function mintBatch({ issuer, selectors, spiffeIds }: MintOptions, start: number) {
  // All at once: the keys are made in the thread pool.
  const batch = await Promise.all(
    spiffeIds
      .slice(start, start + BATCH_MAX)
      .map(async (spiffeId) => ({ spiffeId, pair: await createKeyAndCsr(spiffeId) })),
  );
  const requests = batch.map(({ spiffeId, pair }) => ({ spiffeId, csr: pair.csr }));
  const results = await issuer.mint(selectors, requests);
  return batch.map((entry, index) => ({ ...entry, result: results[index] }));
}

/** A mix-up in the order of the results would hand one workload's identity to another. */
function isFor(
  result: MintResult | undefined,
  spiffeId: string,
  pair: KeyAndCsr,
): result is X509SvidDocument {
  if (result === undefined || 'refused' in result || result.spiffeId !== spiffeId) return false;
  const leaf = Buffer.from(result.certificateChain[0] ?? '', 'base64');
  return new X509Certificate(leaf).checkPrivateKey(pair.privateKey);
}

/**
 * What is minted together is renewed together, in one batch and one push: with one draw of the
 * jitter, and by the earliest end, since a batch can cross the full second that ends are cut to.
 */
function holdTogether(issued: readonly Issued[], requestedAtMs: number, jitter: number): readonly HeldSvid[] {
  const earliest = issued.reduce(
    (ms, { document }) => Math.min(ms, document.notAfterMs),
    Number.POSITIVE_INFINITY,
  );
  const together = renewAtMs({ requestedAtMs, notAfterMs: earliest }, jitter);
  return issued.map(({ document, pair }) => {
    const chain = document.certificateChain.map((der) => Buffer.from(der, 'base64'));
    return {
      spiffeId: document.spiffeId,
      requestedAtMs,
      notAfterMs: document.notAfterMs,
      renewAtMs: together,
      chain: Buffer.concat(chain),
      key: pair.privateKey.export({ format: 'der', type: 'pkcs8' }),
      authorityKeyId: chain[0] && authorityKeyIdOf(chain[0]),
    };
  });
}
