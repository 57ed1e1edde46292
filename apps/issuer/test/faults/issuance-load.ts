import { X509Certificate } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { issuance } from '@blastradius/contracts';
import { csrFor, SidecarClient, type TestIdentity } from '../sidecar-client.ts';
import type { Kind, Receipt } from './issuance-invariants.ts';

/** What became of one request for one identity. */
export interface Outcome {
  readonly issuer: string;
  readonly kind: Kind;
  readonly spiffeId: string;
  readonly askedAtMs: number;
  readonly answeredAtMs: number;
  /** `issued`, the code of a refusal, or `unavailable`: 503, or no answer. */
  readonly became: string;
}

export interface LoadOptions {
  readonly issuers: readonly { readonly name: string; readonly url: string }[];
  readonly authorities: readonly string[];
  readonly identity: TestIdentity;
  readonly selectors: readonly string[];
  /** Of each, an SVID of each kind is asked for, again and again, in batches. */
  readonly spiffeIds: readonly string[];
  /** Between an answer and the next request of the same caller, milliseconds. */
  readonly pauseMs: number;
}

const kinds: readonly Kind[] = ['x509', 'jwt', 'wit'];

/** Callers of every issuer, one for each kind of SVID, that ask without end and write down what they got. */
export class IssuanceLoad {
  readonly receipts: Receipt[] = [];
  readonly outcomes: Outcome[] = [];
  readonly #options: LoadOptions;
  readonly #callers: Promise<void>[];
  readonly #csrs: ReadonlyMap<string, string>;
  #stopped = false;

  private constructor(options: LoadOptions, csrs: ReadonlyMap<string, string>) {
    this.#options = options;
    this.#csrs = csrs;
    this.#callers = options.issuers.flatMap((issuer) =>
      kinds.map((kind) => this.#callWithoutEnd(issuer, kind)),
    );
  }

  static async start(options: LoadOptions): Promise<IssuanceLoad> {
    const pairs = options.spiffeIds.map(async (id) => [id, (await csrFor(id)).csr] as const);
    return new IssuanceLoad(options, new Map(await Promise.all(pairs)));
  }

  /** Lets every request end that is under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#callers);
  }

  /** How long after `sinceMs` each kind of SVID was issued again by the issuer, milliseconds; the slowest counts. */
  msToWell(issuer: string, sinceMs: number): number {
    const first = kinds.map((kind) => {
      const good = this.outcomes.find(
        (one) =>
          one.issuer === issuer &&
          one.kind === kind &&
          one.became === 'issued' &&
          one.answeredAtMs >= sinceMs,
      );
      return good === undefined ? Number.POSITIVE_INFINITY : good.answeredAtMs - sinceMs;
    });
    return Math.max(...first);
  }

  async #callWithoutEnd(issuer: LoadOptions['issuers'][number], kind: Kind): Promise<void> {
    const { authorities, identity, pauseMs } = this.#options;
    const client = new SidecarClient(issuer.url, authorities, identity);
    while (!this.#stopped) {
      await this.#ask(client, issuer.name, kind);
      await delay(pauseMs);
    }
    client.close();
  }

  async #ask(client: SidecarClient, issuer: string, kind: Kind): Promise<void> {
    const { selectors, spiffeIds } = this.#options;
    const requests = spiffeIds.map((spiffeId) =>
      kind === 'jwt' ? { spiffeId, audience: ['load'] } : { spiffeId, csr: this.#csrs.get(spiffeId) },
    );
    const askedAtMs = Date.now();
    const answer = await client.post(`/v1/${kind}-svids`, { selectors, requests }).catch(() => null);
    const results = answer?.status === 200 ? parse(kind, answer.body) : null;
    for (const [index, spiffeId] of spiffeIds.entries()) {
      const serial = results === null ? null : (results[index] ?? null);
      const became = serial === null ? whyNot(answer?.status) : serial.became;
      this.outcomes.push({ issuer, kind, spiffeId, askedAtMs, answeredAtMs: Date.now(), became });
      if (serial?.serial) this.receipts.push({ issuer, kind, spiffeId, serial: serial.serial });
    }
  }
}

/** 401, 500 and the like are no way to say that one has trouble: they are kept as they are. */
function whyNot(status: number | undefined): string {
  return status === undefined || status === 503 ? 'unavailable' : String(status);
}

interface Result {
  readonly became: string;
  readonly serial?: string;
}

function parse(kind: Kind, body: unknown): Result[] {
  if (kind === 'x509') {
    return issuance.x509SvidsAnswer.parse(body).results.map((result) => {
      if ('refused' in result) return { became: result.refused };
      const leaf = new X509Certificate(Buffer.from(result.certificateChain[0] ?? '', 'base64'));
      return { became: becameBy(leaf.validFromDate.getTime()), serial: leaf.serialNumber.toLowerCase() };
    });
  }
  return issuance.tokenSvidsAnswer.parse(body).results.map((result) => {
    if ('refused' in result) return { became: result.refused };
    const [, payload = ''] = result.token.split('.');
    return {
      became: becameBy(result.issuedAtMs),
      serial: JSON.parse(Buffer.from(payload, 'base64url').toString()).jti,
    };
  });
}

/** An SVID whose life begins at another time than now was signed by a wrong clock. */
function becameBy(beginMs: number): string {
  return Math.abs(beginMs - Date.now()) < 300_000 ? 'issued' : 'signed by a wrong clock';
}
