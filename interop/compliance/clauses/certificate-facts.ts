import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { certificatesToPem } from '../../../packages/spiffe/src/index.ts';

/** What openssl, which is none of ours, reads in a certificate. */
export interface CertificateFacts {
  readonly subject: string;
  readonly uris: readonly string[];
  readonly isSanCritical: boolean;
  readonly isCa: boolean;
  readonly isKeyUsageCritical: boolean;
  readonly keyUsages: readonly string[];
  readonly extendedKeyUsages: readonly string[];
  readonly isSelfIssued: boolean;
}

export async function readCertificate(der: Uint8Array): Promise<CertificateFacts> {
  const options = ['x509', '-noout', '-text', '-nameopt', 'RFC2253'];
  const reading = promisify(execFile)('openssl', options);
  reading.child.stdin?.end(certificatesToPem([der]));
  const { stdout } = await reading;
  const extension = (name: string) =>
    new RegExp(`X509v3 ${name}: *(critical)? *\\n *(.*)`).exec(stdout)?.slice(1) ?? [];
  const [sanCritical, names = ''] = extension('Subject Alternative Name');
  const [usageCritical, usages = ''] = extension('Key Usage');
  const [, extended = ''] = extension('Extended Key Usage');
  const [, constraints = ''] = extension('Basic Constraints');
  const named = (part: string) => new RegExp(`${part}: ?(.*)`).exec(stdout)?.[1]?.trim() ?? '';
  return {
    subject: named('Subject'),
    uris: listed(names).flatMap((name) => (name.startsWith('URI:') ? [name.slice(4)] : [])),
    isSanCritical: sanCritical === 'critical',
    isCa: constraints.includes('CA:TRUE'),
    isKeyUsageCritical: usageCritical === 'critical',
    keyUsages: listed(usages),
    extendedKeyUsages: listed(extended),
    isSelfIssued: named('Subject') === named('Issuer'),
  };
}

function listed(text: string): readonly string[] {
  return text === '' ? [] : text.split(',').map((part) => part.trim());
}
