import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A proto file as clients of the reflection get it. */
export interface DescribedFile {
  readonly name: string;
  /** FileDescriptorProto, encoded. */
  readonly encoded: Buffer;
  readonly imports: readonly string[];
  readonly services: readonly string[];
  /** Full names of its messages, enums and services. */
  readonly symbols: readonly string[];
}

/**
 * The services of this package and the files that they import, as `protoc --include_imports
 * --descriptor_set_out` writes them: what proto-loader makes of a proto file itself has no imports and
 * no map entries, and clients refuse it.
 */
const DESCRIPTOR_SET = join(import.meta.dirname, '../../proto/services.pb');

/** Numbers of descriptor.proto's fields. */
const FILE = { name: 1, package: 2, dependency: 3, messageType: 4, enumType: 5, service: 6 } as const;
const NAME = 1;

export function readDescribedServices(): readonly DescribedFile[] {
  return fieldsOf(readFileSync(DESCRIPTOR_SET)).map(({ bytes }) => describeFile(bytes));
}

function describeFile(encoded: Buffer): DescribedFile {
  const fields = fieldsOf(encoded);
  const texts = (number: number) =>
    fields.filter((field) => field.number === number).map(({ bytes }) => bytes.toString());
  const [scope] = texts(FILE.package);
  const named = (number: number) =>
    fields
      .filter((field) => field.number === number)
      .flatMap(({ bytes }) => fieldsOf(bytes).find((field) => field.number === NAME) ?? [])
      .map(({ bytes }) => (scope ? `${scope}.${bytes.toString()}` : bytes.toString()));
  return {
    name: texts(FILE.name)[0] ?? '',
    encoded,
    imports: texts(FILE.dependency),
    services: named(FILE.service),
    symbols: [...named(FILE.messageType), ...named(FILE.enumType), ...named(FILE.service)],
  };
}

interface Field {
  readonly number: number;
  readonly bytes: Buffer;
}

/** The length-delimited fields of a message of Protocol Buffers; descriptors have varints beside them, which say nothing here. */
function fieldsOf(message: Buffer): readonly Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const octet = message.readUInt8(at++);
      value += (octet & 0x7f) * factor;
      if (octet < 0x80) return value;
    }
  };
  while (at < message.length) {
    const tag = varint();
    if (tag % 8 === 0) varint();
    else if (tag % 8 === 2) {
      const length = varint();
      fields.push({ number: Math.floor(tag / 8), bytes: message.subarray(at, at + length) });
      at += length;
    } else throw new TypeError(`a descriptor has a field of wire type ${tag % 8}`);
  }
  return fields;
}
