import { isIPv4, isIPv6 } from 'node:net';
import { DomainError } from '@blastradius/kernel';
import { contextPrimitive, sequence } from './encode.ts';

export class SubjectNameInvalid extends DomainError {
  readonly code = 'certificate.subject-name-invalid';
  readonly category = 'invalid';
}

/** What a subject alternative name may hold (RFC 5280, section 4.2.1.6). */
export interface SubjectNames {
  readonly uri: string;
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
}

/** Choices of GeneralName. */
export const generalName = { dns: 0x82, uri: 0x86, ip: 0x87 } as const;

const dnsLabel = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
const dnsName = new RegExp(`^${dnsLabel}(?:\\.${dnsLabel})*$`);

export function encodeGeneralNames({ uri, dnsNames = [], ipAddresses = [] }: SubjectNames): Buffer {
  return sequence(
    contextPrimitive(6, Buffer.from(uri, 'latin1')),
    ...dnsNames.map((name) => contextPrimitive(2, encodeDnsName(name))),
    ...ipAddresses.map((address) => contextPrimitive(7, encodeIpAddress(address))),
  );
}

function encodeDnsName(name: string): Buffer {
  if (name.length > 253 || !dnsName.test(name)) {
    throw new SubjectNameInvalid('not a DNS name', { context: { name: name.slice(0, 256) } });
  }
  return Buffer.from(name, 'latin1');
}

function encodeIpAddress(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number));
  if (isIPv6(address) && !/[.%]/.test(address)) return encodeIpv6(address);
  throw new SubjectNameInvalid('not an IP address', { context: { address: address.slice(0, 64) } });
}

function encodeIpv6(address: string): Buffer {
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0');
  return Buffer.from([...left, ...zeros, ...right].map((group) => group.padStart(4, '0')).join(''), 'hex');
}
