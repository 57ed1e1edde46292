import type { ConnectionOptions } from 'node:tls';
import { DomainError } from '@blastradius/kernel';
import { authorizeId } from '../authorizer/authorizer.ts';
import { readDocument } from '../bundle/jwk-set.ts';
import { parseSpiffeBundle } from '../bundle/parse-spiffe-bundle.ts';
import type { SpiffeBundle } from '../bundle/spiffe-bundle.ts';
import { certificatesToPem } from '../pem/pem.ts';
import { verifyPeerCertificate } from '../tls/verify-tls-peer.ts';
import {
  type BundleEndpoint,
  type EndpointProfile,
  parseEndpointSpiffeId,
  parseEndpointUrl,
} from './bundle-endpoint.ts';
import { BundleEndpointBundleMissing, FetchedBundleInvalid } from './federation.errors.ts';
import { requestDocument } from './request-document.ts';

export interface FetchBundleOptions {
  /** For the whole of it; ten seconds unless given. */
  readonly timeoutMs?: number;
  /** A mebibyte unless given: some hundreds of authorities. */
  readonly bodyBytesMax?: number;
  readonly signal?: AbortSignal | undefined;
  /** The time that the endpoint's SVID is judged by. */
  readonly now?: () => Date;
}

/**
 * Asks another trust domain's bundle endpoint for its bundle (SPIFFE Federation, section 5). Whether it may
 * take the place of one that is held is for `acceptFetchedBundle` to say. Throws BundleFetchFailed.
 */
export async function fetchBundle(
  { trustDomain, url, profile }: BundleEndpoint,
  { timeoutMs = 10_000, bodyBytesMax = 1_048_576, signal, now }: FetchBundleOptions = {},
): Promise<SpiffeBundle> {
  const asked = parseEndpointUrl(url);
  const tls = profile.type === 'https_web' ? webTls(profile) : spiffeTls(profile, now);
  const document = await requestDocument(asked, tls, { timeoutMs, bodyBytesMax, signal });
  return readFetchedBundle(trustDomain, document);
}

/** What an endpoint sent, as the bundle of the trust domain. Throws `federation.fetched-bundle-invalid`. */
export function readFetchedBundle(trustDomain: string, document: string | Uint8Array): SpiffeBundle {
  try {
    const bundle = parseSpiffeBundle(trustDomain, document);
    refuseOtherKind(bundle, document);
    return bundle;
  } catch (cause) {
    if (!(cause instanceof DomainError)) throw cause;
    const reason = `the document of ${trustDomain} is no bundle of it: ${cause.message} (${cause.code})`;
    throw new FetchedBundleInvalid(reason, { cause });
  }
}

type Profile<T extends EndpointProfile['type']> = Extract<EndpointProfile, { readonly type: T }>;

function webTls({ authorities }: Profile<'https_web'>): ConnectionOptions {
  if (authorities === undefined) return {};
  return { ca: typeof authorities === 'string' ? authorities : [...authorities] };
}

/** Known by its SVID and never by its host name; nothing is shown to it (section 5.2.2). */
function spiffeTls(
  { endpointSpiffeId, bundles }: Profile<'https_spiffe'>,
  now: FetchBundleOptions['now'],
): ConnectionOptions {
  const id = parseEndpointSpiffeId(endpointSpiffeId);
  const { authorities } = bundles().get(id.trustDomain) ?? { authorities: [] };
  if (authorities.length === 0) {
    const reason = `no bundle of ${id.trustDomain} is here to know its endpoint by: give one`;
    throw new BundleEndpointBundleMissing(reason, { publicDetail: reason });
  }
  const expectation = {
    source: { bundles },
    authorize: authorizeId(id),
    ...(now === undefined ? {} : { now }),
  };
  return {
    ca: authorities.map((der) => certificatesToPem([der])),
    allowPartialTrustChain: true,
    checkServerIdentity: (_host, certificate) => {
      try {
        verifyPeerCertificate(certificate, expectation);
        return undefined;
      } catch (error) {
        return error instanceof Error ? error : new TypeError('the endpoint was refused', { cause: error });
      }
    },
  };
}

/**
 * A document whose keys are all of other uses, such as the key set of an OpenID provider, is no bundle that
 * revokes everything: that one has an empty list (SPIFFE Trust Domain and Bundle, section 4.1.3).
 */
function refuseOtherKind(bundle: SpiffeBundle, document: string | Uint8Array): void {
  const { x509Authorities, jwtAuthorities, witAuthorities } = bundle;
  if (x509Authorities.length + jwtAuthorities.size + witAuthorities.size > 0) return;
  const { keys } = readDocument(document);
  if (Array.isArray(keys) && keys.length === 0) return;
  throw new FetchedBundleInvalid('none of its keys is for an SVID: it is a document of another kind');
}
