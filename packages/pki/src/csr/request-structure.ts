import { type DerElement, readElements } from '@blastradius/spiffe';
import { tag } from '../der/encode.ts';
import { CsrMalformed } from './csr.errors.ts';

/** UTF8String, PrintableString, IA5String. */
const textTags = [0x0c, 0x13, 0x16];
/** `[0]`, as RFC 2986, section 4.1, has the attributes. */
const attributesTag = 0xa0;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * That subject and attributes have the shape of RFC 2986. We use nothing of the subject; but what other
 * readers of a request refuse, or read otherwise, we do not certify.
 */
export function checkRequestStructure(subject: DerElement, attributes: DerElement): void {
  for (const name of childrenOf(subject, tag.sequence)) {
    for (const part of childrenOf(name, tag.set)) checkNamePart(part);
  }
  for (const attribute of childrenOf(attributes, attributesTag)) {
    const [identifier, values] = pairOf(attribute);
    checkIdentifier(identifier);
    for (const { identifier: kind } of childrenOf(values, tag.set)) {
      if (kind !== tag.sequence && !textTags.includes(kind)) throw malformed();
    }
  }
}

function checkNamePart(part: DerElement): void {
  const [identifier, value] = pairOf(part);
  checkIdentifier(identifier);
  if (!textTags.includes(value.identifier)) throw malformed();
  try {
    utf8.decode(value.content);
  } catch {
    throw malformed();
  }
}

function pairOf(element: DerElement): [DerElement, DerElement] {
  const [one, other, ...more] = childrenOf(element, tag.sequence);
  if (one === undefined || other === undefined || more.length > 0) throw malformed();
  return [one, other];
}

function childrenOf(element: DerElement, identifier: number): DerElement[] {
  if (element.identifier !== identifier) throw malformed();
  return readElements(element);
}

/** X.690, 8.19: numbers of seven bits an octet, none of them with a needless first octet or without an end. */
function checkIdentifier({ identifier, content }: DerElement): void {
  const isPadded = content.some((octet, index) => octet === 0x80 && !((content[index - 1] ?? 0) & 0x80));
  const hasEnd = ((content.at(-1) ?? 0x80) & 0x80) === 0;
  if (identifier !== tag.oid || isPadded || !hasEnd) throw malformed();
}

function malformed(): CsrMalformed {
  return new CsrMalformed('subject or attributes are not those of a request');
}
