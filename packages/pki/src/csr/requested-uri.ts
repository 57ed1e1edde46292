import { type DerElement, readElement, readElements } from '@blastradius/spiffe';
import { tag } from '../der/encode.ts';
import { generalName } from '../der/general-names.ts';
import { extensionRequest, subjectAlternativeName } from '../der/oids.ts';
import { CsrMalformed } from './csr.errors.ts';

/** Finds the URI that a request's attributes ask for (RFC 2985, section 5.4.2). */
export function requestedUri(attributes: DerElement): string | null {
  const uris = valuesOf(readElements(attributes), extensionRequest)
    .flatMap((values) => readElements(values))
    .flatMap((extensions) => valuesOf(readElements(extensions), subjectAlternativeName))
    .flatMap((value) => readElements(readElement(value.content)))
    .filter((name) => name.identifier === generalName.uri)
    .map((name) => name.content.toString('latin1'));
  if (uris.length > 1) throw new CsrMalformed('the request asks for more than one URI');
  return uris[0] ?? null;
}

/** The last part of each `SEQUENCE { OBJECT IDENTIFIER, ..., value }` that has this identifier. */
function valuesOf(elements: readonly DerElement[], identifier: Buffer): DerElement[] {
  return elements.flatMap((element) => {
    if (element.identifier !== tag.sequence) return [];
    const [oid, ...rest] = readElements(element);
    const value = rest.at(-1);
    return oid !== undefined && value !== undefined && identifier.equals(oid.whole) ? [value] : [];
  });
}
