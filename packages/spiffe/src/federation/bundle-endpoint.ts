import { DomainError } from '@blastradius/kernel';
import type { X509BundleSet } from '../bundle/x509-bundle.ts';
import { parseSpiffeId, type SpiffeId } from '../spiffe-id/spiffe-id.ts';
import { BundleEndpointInvalid } from './federation.errors.ts';

/** How the endpoint proves who it is (SPIFFE Federation, section 5.2). */
export type EndpointProfile =
  | {
      readonly type: 'https_web';
      /** PEM of the CAs to believe; Node's own list where it is left out. */
      readonly authorities?: string | readonly string[];
    }
  | {
      readonly type: 'https_spiffe';
      readonly endpointSpiffeId: string;
      /** Bundles as they are now, that of the endpoint's own trust domain among them. */
      readonly bundles: () => X509BundleSet;
    };

/** Where a trust domain publishes its bundle. All three are configured; none is discovered (section 5.1). */
export interface BundleEndpoint {
  readonly trustDomain: string;
  readonly url: string;
  readonly profile: EndpointProfile;
}

const URL_CHARACTERS_MAX = 2048;

/** Throws `federation.endpoint-invalid` with what is wrong with it. */
export function parseEndpointUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null || text.length > URL_CHARACTERS_MAX) throw invalid(text, 'it is no URL');
  if (url.protocol !== 'https:') throw invalid(text, 'it has to be an https URL');
  if (url.username !== '' || url.password !== '') throw invalid(text, 'it must not carry a user or password');
  if (text.includes('#')) throw invalid(text, 'it must not have a fragment');
  return url;
}

/** A server's identity is a workload's: it has a path. Throws `federation.endpoint-invalid`. */
export function parseEndpointSpiffeId(text: string): SpiffeId {
  try {
    const id = parseSpiffeId(text);
    if (id.path !== '') return id;
  } catch (cause) {
    if (!(cause instanceof DomainError)) throw cause;
    const reason = `the endpoint's SPIFFE ID can not be read: ${cause.message}`;
    throw new BundleEndpointInvalid(reason, { publicDetail: reason, cause });
  }
  const reason = "the endpoint's SPIFFE ID has no path, so that it is no server's";
  throw new BundleEndpointInvalid(reason, { publicDetail: reason });
}

function invalid(text: string, reason: string): BundleEndpointInvalid {
  // Whatever stood for a password is in no message.
  const shown = text.replace(/\/\/[^/]*@/, '//...@').slice(0, 200);
  const message = `the bundle endpoint ${shown}: ${reason}`;
  return new BundleEndpointInvalid(message, { publicDetail: message });
}
