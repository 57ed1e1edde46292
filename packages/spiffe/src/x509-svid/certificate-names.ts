import { type DerElement, DerMalformed, readSequence } from '../der/read.ts';

/** The names that a certificate is for (RFC 5280, section 4.2.1.6), of the kinds that we look at. */
export interface CertificateNames {
  readonly uris: readonly string[];
  readonly dnsNames: readonly string[];
}

const tag = { email: 0x81, dns: 0x82, uri: 0x86, ip: 0x87 };

/** Reads a subject alternative name; an absent one names nothing. */
export function readNames(value: DerElement | undefined): CertificateNames {
  const names = value === undefined ? [] : readSequence(value);
  if (!names.every(isSound)) throw new DerMalformed('an alternative name that not all can read');
  const textsOf = (wanted: number) =>
    names.filter(({ identifier }) => identifier === wanted).map(({ content }) => content.toString('latin1'));
  return { uris: textsOf(tag.uri), dnsNames: textsOf(tag.dns) };
}

/** What stands between the two slashes and the path, without the port; empty where there is none. */
export function hostOf(uri: string): string {
  const [, host = ''] = /^[a-z][a-z0-9+.-]*:\/\/([^/?#:]*)/i.exec(uri) ?? [];
  return host.toLowerCase();
}

/** Labels with dots between them, and none that is empty. */
export function isDomainName(name: string): boolean {
  return name.split('.').every((label) => /^[!-~]+$/.test(label));
}

function isSound({ identifier, content }: DerElement): boolean {
  const text = content.toString('latin1');
  if (identifier === tag.dns) return isDomainName(text);
  if (identifier === tag.uri) return isUri(text);
  if (identifier === tag.email) return isMailbox(text);
  return identifier !== tag.ip || content.length === 4 || content.length === 16;
}

/** An absolute URI; where it has a host, that is a domain name or an address (RFC 5280, section 4.2.1.6). */
function isUri(text: string): boolean {
  const [, scheme, rest = ''] = /^([a-z][a-z0-9+.-]*):((?:[!-$&-~]|%[0-9a-f]{2})*)$/i.exec(text) ?? [];
  if (scheme === undefined) return false;
  if (!rest.startsWith('//')) return true;
  const [, host = ''] = /^\/\/([A-Za-z0-9._-]*)(?::\d+)?(?=[/?#]|$)/.exec(rest) ?? [];
  return host === '' ? rest.startsWith('///') : isDomainName(host);
}

function isMailbox(text: string): boolean {
  const [, domain = ''] = /^[\w+-]+(?:\.[\w+-]+)*@(.+)$/.exec(text) ?? [];
  return isDomainName(domain);
}
