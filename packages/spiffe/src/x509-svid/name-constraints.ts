import { isIP } from 'node:net';
import { type DerElement, DerMalformed, readElements, readSequence } from '../der/read.ts';
import { type CertificateNames, hostOf, isDomainName } from './certificate-names.ts';
import { SvidExtensionUnsupported } from './x509-svid.errors.ts';

/** Which names an authority may vouch for (RFC 5280, section 4.2.1.10). */
export interface NameConstraints {
  readonly permitted: NameSubtrees;
  readonly excluded: NameSubtrees;
}

/** Domains, in lower case; undefined where the constraints say nothing about this kind of name. */
interface NameSubtrees {
  readonly uris: readonly string[] | undefined;
  readonly dnsNames: readonly string[] | undefined;
}

const permittedTag = 0xa0;
const excludedTag = 0xa1;
const kindOfTag: Readonly<Record<number, keyof NameSubtrees>> = { 130: 'dnsNames', 134: 'uris' };

/** Constraints on other kinds of names we can not honour, and to ignore them would widen an authority. */
export function readNameConstraints(value: DerElement): NameConstraints {
  const parts = readSequence(value);
  const unknown = parts.some(({ identifier }) => identifier !== permittedTag && identifier !== excludedTag);
  const isEmpty = parts.every(({ content }) => content.length === 0);
  if (isEmpty || unknown) throw new DerMalformed('not name constraints');
  const subtrees = (tag: number) => readSubtrees(parts.find(({ identifier }) => identifier === tag));
  return { permitted: subtrees(permittedTag), excluded: subtrees(excludedTag) };
}

/**
 * Whether constraints let these names pass. Where go and OpenSSL differ, both must take the name: a
 * permitted domain is that very one unless it begins with a dot, an excluded one takes what is below.
 */
export function permitsNames({ permitted, excluded }: NameConstraints, names: CertificateNames): boolean {
  const areUrisConstrained = permitted.uris !== undefined || excluded.uris !== undefined;
  const areDnsNamesConstrained = permitted.dnsNames !== undefined || excluded.dnsNames !== undefined;
  const hosts = names.uris.map(hostOf);
  const dnsNames = names.dnsNames.map((name) => name.toLowerCase());
  return (
    // An address is below no domain, and so is what is no name at all.
    (!areUrisConstrained || hosts.every((host) => isDomainName(host) && isIP(host) === 0)) &&
    (!areDnsNamesConstrained || dnsNames.every((name) => isDomainName(name))) &&
    hosts.every((host) => permitted.uris?.some((domain) => isPermittedHost(host, domain)) ?? true) &&
    dnsNames.every((name) => permitted.dnsNames?.some((domain) => isBelow(name, domain)) ?? true) &&
    !hosts.some((host) => excluded.uris?.some((domain) => isBelow(host, domain))) &&
    !dnsNames.some((name) => excluded.dnsNames?.some((domain) => isExcludedDnsName(name, domain)))
  );
}

function readSubtrees(element: DerElement | undefined): NameSubtrees {
  const found: { uris?: string[]; dnsNames?: string[] } = {};
  for (const subtree of element === undefined ? [] : readElements(element)) {
    const [base, ...distances] = readSequence(subtree);
    const kind = base && kindOfTag[base.identifier];
    if (base === undefined || kind === undefined || distances.length > 0) {
      throw new SvidExtensionUnsupported('name constraints of a kind that is not supported');
    }
    const domain = base.content.toString('latin1').toLowerCase();
    if (!isDomainName(domain.replace(/^\./, '')))
      throw new DerMalformed('a name constraint that is no domain');
    found[kind] = [...(found[kind] ?? []), domain];
  }
  return { uris: found.uris, dnsNames: found.dnsNames };
}

function isPermittedHost(host: string, domain: string): boolean {
  return domain.startsWith('.') ? isBelow(host, domain) : host === domain;
}

/** The domain itself or what is below it; with a leading dot, what is below it only. */
function isBelow(name: string, domain: string): boolean {
  return domain.startsWith('.')
    ? name.endsWith(domain) && name !== domain
    : name === domain || name.endsWith(`.${domain}`);
}

/** `*.a.test` stands for `b.a.test` too, which may be excluded. */
function isExcludedDnsName(name: string, domain: string): boolean {
  return isBelow(name, domain) || (name.startsWith('*') && domain.endsWith(name.slice(1)));
}
