import { isObjectIdentifier } from '../der/primitives.ts';
import { type DerElement, DerMalformed, readElements, readSequence } from '../der/read.ts';

/** Checks the name of a subject or an issuer (RFC 5280, section 4.1.2.4): parts whose texts can be read. */
export function checkDistinguishedName(name: DerElement): void {
  for (const relative of readSequence(name)) {
    if (relative.identifier !== 0x31) throw new DerMalformed('not a part of a name');
    for (const attribute of readElements(relative)) {
      const [type, value, ...rest] = readSequence(attribute);
      if (!type || !value || rest.length > 0 || !isObjectIdentifier(type) || !isText(value)) {
        throw new DerMalformed('a part of a name can not be read');
      }
    }
  }
}

/** The string types of a name that are still in use; what is of another one is refused. */
function isText({ identifier, content }: DerElement): boolean {
  const text = content.toString('latin1');
  if (identifier === 0x0c) return Buffer.from(content.toString('utf8')).equals(content);
  if (identifier === 0x12) return /^[0-9 ]*$/.test(text);
  // With the ampersand and the asterisk, which PrintableString lacks and public authorities use.
  if (identifier === 0x13) return /^[A-Za-z0-9'()*+,./:=?& -]*$/.test(text);
  return identifier === 0x16 && content.every((byte) => byte < 0x80);
}
