import { readElements } from './read.ts';

/** Certificates that follow one another without a separator, as the Workload API sends them; copies. */
export function splitCertificates(der: Uint8Array): Uint8Array[] {
  const whole = Buffer.from(der.buffer, der.byteOffset, der.byteLength);
  return readElements({ identifier: 0x30, content: whole, whole }).map(
    (element) => new Uint8Array(element.whole),
  );
}
