import type { CertificateFacts } from './certificate-facts.ts';
import type { Clause } from './clause.ts';
import { pathOf } from './spiffe-id-clauses.ts';

type Facts = CertificateFacts;
const [DIGITAL_SIGNATURE, CERT_SIGN, CRL_SIGN] = ['Digital Signature', 'Certificate Sign', 'CRL Sign'];
const AUTHENTICATION = ['TLS Web Server Authentication', 'TLS Web Client Authentication'];

/** The clauses on the certificate of a workload. */
export const leafClauses: readonly Clause<Facts>[] = [
  {
    section: '2',
    says: 'there is one URI SAN',
    holds: ({ uris }: Facts) => uris.length === 1,
    broken: (facts: Facts) => ({ ...facts, uris: [...facts.uris, 'spiffe://other.test/b'] }),
  },
  {
    section: '3.1',
    says: 'the SPIFFE ID has a path',
    holds: ({ uris }: Facts) => uris.every((uri) => pathOf(uri).length > 1),
    broken: (facts: Facts) => ({ ...facts, uris: ['spiffe://other.test'] }),
  },
  {
    section: '3.1',
    says: 'the SAN is critical where the subject is empty',
    holds: ({ subject, isSanCritical }: Facts) => subject !== '' || isSanCritical,
    broken: (facts: Facts) => ({ ...facts, subject: '', isSanCritical: false }),
  },
  {
    section: '4.1',
    says: 'it is no CA',
    holds: ({ isCa }: Facts) => !isCa,
    broken: (facts: Facts) => ({ ...facts, isCa: true }),
  },
  {
    section: '4.3',
    says: 'the key usage is there and critical',
    holds: ({ keyUsages, isKeyUsageCritical }: Facts) => keyUsages.length > 0 && isKeyUsageCritical,
    broken: (facts: Facts) => ({ ...facts, isKeyUsageCritical: false }),
  },
  {
    section: '4.3',
    says: 'digitalSignature is set',
    holds: ({ keyUsages }: Facts) => keyUsages.includes(DIGITAL_SIGNATURE),
    broken: (facts: Facts) => ({ ...facts, keyUsages: ['Key Agreement'] }),
  },
  {
    section: '4.3',
    says: 'neither keyCertSign nor cRLSign is set',
    holds: ({ keyUsages }: Facts) => ![CERT_SIGN, CRL_SIGN].some((usage) => keyUsages.includes(usage)),
    broken: (facts: Facts) => ({ ...facts, keyUsages: [...facts.keyUsages, CERT_SIGN] }),
  },
  {
    section: '4.4',
    says: 'the extended key usage is there',
    holds: ({ extendedKeyUsages }: Facts) => extendedKeyUsages.length > 0,
    broken: (facts: Facts) => ({ ...facts, extendedKeyUsages: [] }),
  },
  {
    section: '4.4',
    says: 'it is for servers and for clients',
    holds: ({ extendedKeyUsages }: Facts) =>
      AUTHENTICATION.every((usage) => extendedKeyUsages.includes(usage)),
    broken: (facts: Facts) => ({ ...facts, extendedKeyUsages: AUTHENTICATION.slice(1) }),
  },
].map((clause) => ({ standard: 'X509-SVID' as const, ...clause }));

/** The clauses on the certificate of an authority. */
export const signingClauses: readonly Clause<Facts>[] = [
  {
    section: '3.2',
    says: 'its SPIFFE ID has no path',
    holds: ({ uris }: Facts) => uris.every((uri) => pathOf(uri) === ''),
    broken: (facts: Facts) => ({ ...facts, uris: ['spiffe://other.test/a'] }),
  },
  {
    section: '4.1',
    says: 'it is a CA',
    holds: ({ isCa }: Facts) => isCa,
    broken: (facts: Facts) => ({ ...facts, isCa: false }),
  },
  {
    section: '4.3',
    says: 'keyCertSign is set, in a critical key usage',
    holds: ({ keyUsages, isKeyUsageCritical }: Facts) => keyUsages.includes(CERT_SIGN) && isKeyUsageCritical,
    broken: (facts: Facts) => ({ ...facts, keyUsages: [CRL_SIGN] }),
  },
  {
    section: 'appendix A',
    says: 'nothing but keyCertSign and cRLSign is set',
    holds: ({ keyUsages }: Facts) => keyUsages.every((usage) => [CERT_SIGN, CRL_SIGN].includes(usage)),
    broken: (facts: Facts) => ({ ...facts, keyUsages: [...facts.keyUsages, DIGITAL_SIGNATURE] }),
  },
  {
    section: '6.1',
    says: 'it is signed by itself',
    holds: ({ isSelfIssued }: Facts) => isSelfIssued,
    broken: (facts: Facts) => ({ ...facts, isSelfIssued: false }),
  },
].map((clause) => ({ standard: 'X509-SVID' as const, ...clause }));
