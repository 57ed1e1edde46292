import { issuance, type TrustBundleDocument } from '@blastradius/contracts';
import type { z } from 'zod';
import type {
  CertificateRequest,
  EntitlementsAnswer,
  Issuer,
  JwtIssuer,
  JwtRequest,
  MintResult,
  TokenResult,
  WitIssuer,
} from '../svid-store/issuer.ts';
import { toBase64 } from './base64.ts';
import type { IssuerConnection } from './issuer-connection.ts';

/** The issuer's API for sidecars. Every bundle in an answer goes to `onBundle`. */
export class IssuerClient implements Issuer, JwtIssuer, WitIssuer {
  readonly #connection: IssuerConnection;
  readonly #onBundle: (bundle: TrustBundleDocument) => void;
  readonly #broker: string | undefined;

  constructor(
    connection: IssuerConnection,
    onBundle: (bundle: TrustBundleDocument) => void,
    broker?: string,
  ) {
    this.#connection = connection;
    this.#onBundle = onBundle;
    this.#broker = broker;
  }

  /** The same API for what this broker asks in the place of workloads. */
  onBehalfOf(broker: string): IssuerClient {
    return new IssuerClient(this.#connection, this.#onBundle, broker);
  }

  entitlements(selectors: readonly string[]): Promise<EntitlementsAnswer> {
    return this.#ask('entitlements', { selectors }, issuance.entitlementsAnswer);
  }

  async mint(
    selectors: readonly string[],
    requests: readonly CertificateRequest[],
  ): Promise<readonly MintResult[]> {
    const body = certificateRequests(selectors, requests);
    const answer = await this.#ask('x509-svids', body, issuance.x509SvidsAnswer);
    this.#onBundle(answer.bundle);
    return answer.results;
  }

  async mintJwtSvids(
    selectors: readonly string[],
    requests: readonly JwtRequest[],
  ): Promise<readonly TokenResult[]> {
    const body = { selectors, requests };
    const answer = await this.#ask('jwt-svids', body, issuance.tokenSvidsAnswer);
    this.#onBundle(answer.bundle);
    return answer.results;
  }

  async mintWitSvids(
    selectors: readonly string[],
    requests: readonly CertificateRequest[],
  ): Promise<readonly TokenResult[]> {
    const body = certificateRequests(selectors, requests);
    const answer = await this.#ask('wit-svids', body, issuance.tokenSvidsAnswer);
    this.#onBundle(answer.bundle);
    return answer.results;
  }

  #ask<T>(what: string, body: object, schema: z.ZodType<T>): Promise<T> {
    if (this.#broker === undefined) return this.#connection.post(`/v1/${what}`, body, schema);
    return this.#connection.post(`/v1/brokered/${what}`, { ...body, broker: this.#broker }, schema);
  }

  /** Another revision of the policies than the known one as soon as there is one; the known one after a while. */
  async nextPolicyRevision(known: number | undefined): Promise<number> {
    const body = known === undefined ? {} : { known };
    const answer = await this.#connection.post('/v1/policy-revision', body, issuance.policyRevisionAnswer);
    return answer.revision;
  }

  bundle(): Promise<TrustBundleDocument> {
    return this.#connection.get('/v1/bundle', issuance.trustBundle);
  }
}

function certificateRequests(selectors: readonly string[], requests: readonly CertificateRequest[]) {
  return { selectors, requests: requests.map(({ spiffeId, csr }) => ({ spiffeId, csr: toBase64(csr) })) };
}
