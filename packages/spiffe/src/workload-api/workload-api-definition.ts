import { join } from 'node:path';
import { type AnyDefinition, loadSync, type ServiceDefinition } from '@grpc/proto-loader';

/** The proto file lies beside `src` and `dist` alike. */
const PROTO_FILE = join(import.meta.dirname, '../../proto/workload.proto');

/** SPIFFE Workload API, X509-SVID profile, 5.2: one identity as it travels. */
export interface X509SvidMessage {
  readonly spiffeId: string;
  readonly x509Svid: Uint8Array;
  readonly x509SvidKey: Uint8Array;
  readonly bundle: Uint8Array;
  readonly hint: string;
}

export interface X509SvidResponse {
  readonly svids: readonly X509SvidMessage[];
  readonly crl: readonly Uint8Array[];
  readonly federatedBundles: Readonly<Record<string, Uint8Array>>;
}

export interface X509BundlesResponse {
  readonly crl: readonly Uint8Array[];
  readonly bundles: Readonly<Record<string, Uint8Array>>;
}

/** SPIFFE Workload API, JWT-SVID profile, 6.2: a token as it travels. */
export interface JwtSvidMessage {
  readonly spiffeId: string;
  /** JWS compact serialization. */
  readonly svid: string;
  readonly hint: string;
}

/** SPIFFE Workload API, WIT-SVID profile (incubating): a token and its key as they travel. */
export interface WitSvidMessage {
  readonly spiffeId: string;
  /** JWS compact serialization. */
  readonly witSvid: string;
  /** The private key, a JWK in JSON. */
  readonly witSvidKey: string;
  readonly hint: string;
}

export interface JwtSvidResponse {
  readonly svids: readonly JwtSvidMessage[];
}

export interface JwtBundlesResponse {
  /** By the trust domain's SPIFFE ID, a JWKS document each. */
  readonly bundles: Readonly<Record<string, Uint8Array>>;
}

export interface ValidateJwtSvidResponse {
  readonly spiffeId: string;
}

export interface WitSvidResponse {
  readonly svids: readonly WitSvidMessage[];
}

export interface WitBundlesResponse {
  /** By the trust domain's SPIFFE ID, a JWKS document each. */
  readonly bundles: Readonly<Record<string, string>>;
}

/** Metadata that every call carries, so that a confused HTTP client can't make one (SPIFFE Workload Endpoint, 6). */
export const WORKLOAD_HEADER = 'workload.spiffe.io';

let loaded: ServiceDefinition | undefined;

/** The service `SpiffeWorkloadAPI` with its codecs, for clients and servers. */
export function workloadApiDefinition(): ServiceDefinition {
  if (loaded === undefined) {
    const definition = loadSync(PROTO_FILE, { defaults: true })['SpiffeWorkloadAPI'];
    if (definition === undefined || !isService(definition)) {
      throw new TypeError(`${PROTO_FILE} defines no service SpiffeWorkloadAPI`);
    }
    loaded = definition;
  }
  return loaded;
}

function isService(definition: AnyDefinition): definition is ServiceDefinition {
  return !('format' in definition);
}
