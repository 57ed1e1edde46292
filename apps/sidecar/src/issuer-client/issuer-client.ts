import { issuance, type TrustBundleDocument } from '@blastradius/contracts';
import type { CertificateRequest, EntitlementsAnswer, Issuer, MintResult } from '../svid-store/issuer.ts';
import { toBase64 } from './base64.ts';
import type { IssuerConnection } from './issuer-connection.ts';

/** The issuer's API for sidecars. Every bundle in an answer goes to `onBundle`. */
export class IssuerClient implements Issuer {
  readonly #connection: IssuerConnection;
  readonly #onBundle: (bundle: TrustBundleDocument) => void;

  constructor(connection: IssuerConnection, onBundle: (bundle: TrustBundleDocument) => void) {
    this.#connection = connection;
    this.#onBundle = onBundle;
  }

  entitlements(selectors: readonly string[]): Promise<EntitlementsAnswer> {
    return this.#connection.post('/v1/entitlements', { selectors }, issuance.entitlementsAnswer);
  }

  async mint(
    selectors: readonly string[],
    requests: readonly CertificateRequest[],
  ): Promise<readonly MintResult[]> {
    const body = {
      selectors,
      requests: requests.map(({ spiffeId, csr }) => ({ spiffeId, csr: toBase64(csr) })),
    };
    const answer = await this.#connection.post('/v1/x509-svids', body, issuance.x509SvidsAnswer);
    this.#onBundle(answer.bundle);
    return answer.results;
  }

  bundle(): Promise<TrustBundleDocument> {
    return this.#connection.get('/v1/bundle', issuance.trustBundle);
  }
}
