import { type DerElement, DerMalformed, readElements } from '../der/read.ts';

/** The names that a certificate is for (RFC 5280, section 4.2.1.6), of the kinds that we look at. */
export interface CertificateNames {
  readonly uris: readonly string[];
  readonly dnsNames: readonly string[];
}

const tag = { email: 0x81, dns: 0x82, uri: 0x86, ip: 0x87 };
const textTags: ReadonlySet<number> = new Set([tag.email, tag.dns, tag.uri]);

/** Reads a subject alternative name; an absent one names nothing. */
export function readNames(value: DerElement | undefined): CertificateNames {
  const names = value === undefined ? [] : readElements(value);
  names.forEach(checkName);
  const textsOf = (wanted: number) =>
    names.filter(({ identifier }) => identifier === wanted).map(({ content }) => content.toString('latin1'));
  const uris = textsOf(tag.uri);
  if (!uris.every(hasSoundHost)) throw new DerMalformed('the host of a URI is no domain name');
  return { uris, dnsNames: textsOf(tag.dns) };
}

/** What stands between the two slashes and the path, without user and port; empty where there is none. */
export function hostOf(uri: string): string {
  const [, authority = ''] = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(uri) ?? [];
  return authority.replace(/^.*@/s, '').replace(/:\d*$/, '').toLowerCase();
}

/** Labels with dots between them, and none that is empty. */
export function isDomainName(name: string): boolean {
  return name.split('.').every((label) => /^[!-~]+$/.test(label));
}

function checkName({ identifier, content }: DerElement): void {
  if (textTags.has(identifier) && content.some((byte) => byte >= 0x80)) {
    throw new DerMalformed('a name holds more than ASCII');
  }
  if (identifier === tag.ip && content.length !== 4 && content.length !== 16) {
    throw new DerMalformed('an IP address of an unknown length');
  }
}

/** The host of a URI is a domain name or an address (RFC 5280, section 4.2.1.6). */
function hasSoundHost(uri: string): boolean {
  const host = hostOf(uri);
  return host === '' || isDomainName(host);
}
