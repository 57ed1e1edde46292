import { z } from 'zod';

/** An empty one is none, as compose hands on what nobody has set. */
const unlessEmpty = (text: unknown) => (text === '' ? undefined : text);
const port = z.preprocess(unlessEmpty, z.coerce.number().int().min(0).max(65_535).optional());
const file = z.preprocess(unlessEmpty, z.string().startsWith('/').optional());

/** What the environment says about the documents that anyone may read. Nothing is published unless it is asked for. */
export const publishingVariables = {
  /** The bundle endpoint (SPIFFE Federation, section 5); 0 takes any free port. */
  BUNDLE_ENDPOINT_PORT: port,
  BUNDLE_ENDPOINT_PROFILE: z.enum(['https_spiffe', 'https_web']).default('https_spiffe'),
  /** OpenID discovery and key set, for who looks up keys by the `iss` of a JWT-SVID. */
  OIDC_DISCOVERY_PORT: port,
  /** Of both listeners; BIND_ADDRESS unless given. */
  PUBLISHING_ADDRESS: z.union([z.ipv4(), z.ipv6()]).optional(),
  /** PEM, leaf first. Needed by https_web and by discovery: web clients know no SVIDs. */
  WEB_CERTIFICATE_FILE: file,
  WEB_KEY_FILE: file,
};

type Variables = z.infer<z.ZodObject<typeof publishingVariables>> & {
  readonly BIND_ADDRESS: string;
  readonly JWT_SVID_ISSUER?: string | undefined;
};

export interface WebCertificateFiles {
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** How a listener proves who it is: by the issuer's own SVID, or by a certificate of the web. */
export type PublishingIdentity = 'issuer-svid' | WebCertificateFiles;

export interface PublishingSettings {
  readonly address: string;
  readonly bundleEndpoint: { readonly port: number; readonly identity: PublishingIdentity } | undefined;
  readonly discovery:
    | { readonly port: number; readonly identity: WebCertificateFiles; readonly issuer: string }
    | undefined;
}

/** Throws TypeError where a listener is asked for and something that it needs is not there. */
export function publishingSettings(variables: Variables): PublishingSettings {
  return Object.freeze({
    address: variables.PUBLISHING_ADDRESS ?? variables.BIND_ADDRESS,
    bundleEndpoint: bundleEndpoint(variables),
    discovery: discovery(variables),
  });
}

function bundleEndpoint(variables: Variables): PublishingSettings['bundleEndpoint'] {
  const { BUNDLE_ENDPOINT_PORT: port, BUNDLE_ENDPOINT_PROFILE: profile } = variables;
  if (port === undefined) return undefined;
  if (profile === 'https_spiffe') return { port, identity: 'issuer-svid' };
  return { port, identity: webCertificate(variables, 'BUNDLE_ENDPOINT_PROFILE=https_web') };
}

function discovery(variables: Variables): PublishingSettings['discovery'] {
  const { OIDC_DISCOVERY_PORT: port } = variables;
  if (port === undefined) return undefined;
  return { port, identity: webCertificate(variables, 'OIDC_DISCOVERY_PORT'), issuer: tokenIssuer(variables) };
}

function webCertificate(variables: Variables, neededBy: string): WebCertificateFiles {
  const { WEB_CERTIFICATE_FILE: certificateFile, WEB_KEY_FILE: keyFile } = variables;
  if (certificateFile === undefined || keyFile === undefined) {
    throw new TypeError(`${neededBy} needs WEB_CERTIFICATE_FILE and WEB_KEY_FILE`);
  }
  return { certificateFile, keyFile };
}

function tokenIssuer({ JWT_SVID_ISSUER: issuer }: Variables): string {
  if (issuer === undefined) throw new TypeError('OIDC_DISCOVERY_PORT needs JWT_SVID_ISSUER');
  if (/[?#]/.test(issuer)) throw new TypeError('JWT_SVID_ISSUER must have no query and no fragment');
  return issuer;
}
