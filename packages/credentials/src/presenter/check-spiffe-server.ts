import type { PeerCertificate } from 'node:tls';
import { DomainError } from '@blastradius/kernel';

export class ServerIdentityMismatch extends DomainError {
  readonly code = 'server.identity-mismatch';
  readonly category = 'unauthenticated';
}

/**
 * Authorizes a server by its SPIFFE ID instead of its host name: exactly one URI SAN (X509-SVID,
 * section 5.2), and it is the expected one; a signing certificate is never a workload's. The chain has been verified before this is called.
 */
export function checkSpiffeServer(
  certificate: Pick<PeerCertificate, 'subjectaltname' | 'ca'>,
  expectedId: string,
): ServerIdentityMismatch | undefined {
  if (workloadIdOf(certificate) === expectedId) return undefined;
  return new ServerIdentityMismatch('the server is not the expected workload', { context: { expectedId } });
}

/** The same where any workload of a trust domain will do. */
export function checkServerOfTrustDomain(
  certificate: Pick<PeerCertificate, 'subjectaltname' | 'ca'>,
  trustDomain: string,
): ServerIdentityMismatch | undefined {
  if (workloadIdOf(certificate)?.startsWith(`spiffe://${trustDomain}/`)) return undefined;
  const context = { trustDomain };
  return new ServerIdentityMismatch('the server is no workload of the trust domain', { context });
}

function workloadIdOf({ subjectaltname, ca }: Pick<PeerCertificate, 'subjectaltname' | 'ca'>) {
  const uris = uriNames(subjectaltname ?? '');
  return !ca && uris?.length === 1 ? uris[0] : undefined;
}

/**
 * Node lists SANs as `DNS:a, URI:b` and puts a name with special characters in quotes, so that a
 * DNS name that contains ", URI:" can't pass for one; undefined where the text is anything else.
 */
function uriNames(text: string): string[] | undefined {
  const entry = /([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,"]*)(?:, |$)/y;
  const uris: string[] = [];
  while (entry.lastIndex < text.length) {
    const found = entry.exec(text);
    if (!found) return undefined;
    if (found[1] === 'URI') uris.push(found[2] ?? '');
  }
  return uris;
}
