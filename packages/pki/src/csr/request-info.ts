import { contextConstructed, octetString, positiveInteger, sequence, set } from '../der/encode.ts';
import { encodeGeneralNames } from '../der/general-names.ts';
import { extensionRequest, subjectAlternativeName } from '../der/oids.ts';
import { p256SpkiBytes } from '../key-pair/p256.ts';

const version = positiveInteger(Buffer.from([0]));
const emptyName = sequence();

/** The signed part of a request (RFC 2986, section 4.1) for one SPIFFE ID, with an empty subject: what a sidecar sends. */
export function encodeRequestInfo(spiffeId: string, publicKeySpki: Uint8Array): Buffer {
  const names = encodeGeneralNames({ uri: spiffeId });
  const extensions = sequence(sequence(subjectAlternativeName, octetString(names)));
  const attributes = contextConstructed(0, sequence(extensionRequest, set(extensions)));
  return sequence(version, emptyName, publicKeySpki, attributes);
}

interface InfoTemplate {
  readonly info: Buffer;
  readonly spkiAt: number;
  readonly idAt: number;
}

/** By the length of the whole, which the length of the ID alone decides; undefined where no ID makes that length. */
const templates = new Map<number, InfoTemplate | undefined>();
const idCharactersMax = 2048;

export interface RequestInfo {
  readonly spiffeId: string;
  readonly spki: Buffer;
}

/**
 * Reads what `encodeRequestInfo` made, by making it again of the fields that stand where they should: only where
 * the same bytes come out. Undefined for any other request, which may be as good a one, and takes a parser.
 */
export function readOwnRequestInfo(info: Buffer): RequestInfo | undefined {
  const template = templateOf(info.length);
  if (template === undefined) return undefined;
  const { info: expected, spkiAt, idAt } = template;
  const spki = info.subarray(spkiAt, spkiAt + p256SpkiBytes);
  expected.set(spki, spkiAt);
  info.copy(expected, idAt, idAt);
  return expected.equals(info) ? { spiffeId: info.toString('latin1', idAt), spki } : undefined;
}

function templateOf(infoBytes: number): InfoTemplate | undefined {
  if (templates.has(infoBytes)) return templates.get(infoBytes);
  const template = createTemplate(infoBytes);
  // Not for what is longer than the longest ID makes it: there is no end to that.
  if (template !== undefined) templates.set(infoBytes, template);
  return template;
}

function createTemplate(infoBytes: number): InfoTemplate | undefined {
  const key = Buffer.alloc(p256SpkiBytes, 0xff);
  const around = encodeRequestInfo('', key).length;
  // Longer elements have longer headers: up to two bytes more for each of nine.
  for (let characters = infoBytes - around; characters >= infoBytes - around - 18; characters--) {
    if (characters < 0 || characters > idCharactersMax) continue;
    const info = encodeRequestInfo('x'.repeat(characters), key);
    if (info.length === infoBytes) return { info, spkiAt: info.indexOf(key), idAt: infoBytes - characters };
  }
  return undefined;
}
