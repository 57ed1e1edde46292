import { oid, sequence } from './encode.ts';

/** Encoded once: each certificate and request repeats them. */
export const ecdsaWithSha256 = sequence(oid('1.2.840.10045.4.3.2'));
export const extensionRequest = oid('1.2.840.113549.1.9.14');
export const subjectKeyIdentifier = oid('2.5.29.14');
export const keyUsage = oid('2.5.29.15');
export const subjectAlternativeName = oid('2.5.29.17');
export const basicConstraints = oid('2.5.29.19');
export const authorityKeyIdentifier = oid('2.5.29.35');
export const extendedKeyUsage = oid('2.5.29.37');
export const serverAuth = oid('1.3.6.1.5.5.7.3.1');
export const clientAuth = oid('1.3.6.1.5.5.7.3.2');
