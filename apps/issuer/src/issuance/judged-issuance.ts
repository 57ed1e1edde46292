import { setImmediate as yieldToOthers } from 'node:timers/promises';
import type { KeySetKind } from '@blastradius/contracts';
import type { AttestedWorkload, GrantedIdentity } from '@blastradius/issuance-policy';
import { DomainError } from '@blastradius/kernel';
import type { IssuerAct, IssuerLedger } from '../audit/issuer-ledger.ts';
import type { Registrations } from '../registration/registrations.ts';
import { NotEntitled } from './issuance.errors.ts';

export interface SvidRefusal {
  readonly spiffeId: string;
  /** A stable code. */
  readonly refused: string;
}

/** An SVID as it is answered, and what the ledger names it by. */
export interface Issued<Document> {
  readonly document: Document;
  readonly serial: string;
}

interface Batch<Request, Document> {
  readonly kind: KeySetKind;
  readonly workload: AttestedWorkload;
  readonly requests: readonly Request[];
  /** Throws a DomainError to refuse. */
  readonly mint: (request: Request, granted: GrantedIdentity) => Issued<Document> | Promise<Issued<Document>>;
}

/** So many are minted at once before other requests get their turn: some 20 ms. */
const chunkSize = 50;

/** A batch that takes longer is written down so far, and judged anew by the policies as they are then. */
const judgedMsMax = 1000;

/**
 * Issues a batch for one workload, of whatever kind: what its node and its selectors do not entitle to
 * is refused, one by one; each SVID and each refusal is written down before it is answered.
 */
export class JudgedIssuance {
  readonly #registrations: Registrations;
  readonly #ledger: IssuerLedger;

  constructor(registrations: Registrations, ledger: IssuerLedger) {
    this.#registrations = registrations;
    this.#ledger = ledger;
  }

  /** In the order of the requests. */
  async issue<Request extends { readonly spiffeId: string }, Document>(
    batch: Batch<Request, Document>,
  ): Promise<(Document | SvidRefusal)[]> {
    let granted = await this.#registrations.entitlementsOf(batch.workload);
    let judgedAtMs = performance.now();
    const isOld = () => performance.now() - judgedAtMs > judgedMsMax;
    const results: (Document | SvidRefusal)[] = [];
    const acts: IssuerAct[] = [];
    try {
      for (let from = 0; from < batch.requests.length; from = results.length) {
        if (from > 0) await yieldToOthers();
        if (isOld()) {
          this.#ledger.recordAll(acts.splice(0));
          granted = await this.#registrations.entitlementsOf(batch.workload);
          judgedAtMs = performance.now();
        }
        const issuing: ReturnType<typeof issueOne<Request, Document>>[] = [];
        for (const request of batch.requests.slice(from, from + chunkSize)) {
          if (issuing.length > 0 && isOld()) break;
          issuing.push(issueOne(batch, request, granted.get(request.spiffeId)));
        }
        // All of them end before one that failed ends the batch: what was signed has to be written down.
        for (const issued of await Promise.allSettled(issuing)) {
          if (issued.status === 'rejected') continue;
          results.push(issued.value.result);
          acts.push(issued.value.act);
        }
        await Promise.all(issuing);
      }
    } finally {
      // One write for all of them, before any is answered; also of those that a failure keeps from being answered.
      if (acts.length > 0) this.#ledger.recordAll(acts);
    }
    return results;
  }
}

async function issueOne<Request extends { readonly spiffeId: string }, Document>(
  { kind, mint, workload }: Batch<Request, Document>,
  request: Request,
  granted: GrantedIdentity | undefined,
): Promise<{ result: Document | SvidRefusal; act: IssuerAct }> {
  const { spiffeId } = request;
  // The record names the workload, and who asked in its place.
  const { broker: client } = workload;
  const about = { kind, spiffeId, policyId: granted?.policyId ?? null, ...(client && { client }) };
  try {
    if (granted === undefined) throw new NotEntitled('no policy grants this identity');
    const { document, serial } = await mint(request, granted);
    return {
      result: document,
      act: { ...about, event: 'svid-issued', serial, reason: 'policy' },
    };
  } catch (error) {
    // What has no time is no refusal of this identity: the whole request fails.
    if (!(error instanceof DomainError) || error.category === 'unavailable') throw error;
    const { code } = error;
    return {
      result: { spiffeId, refused: code },
      act: { ...about, event: 'svid-refused', reason: code },
    };
  }
}
