import { createHash, createPrivateKey } from 'node:crypto';
import { certificatesToPem, splitCertificates, type X509SvidMessage } from '@blastradius/spiffe';

/** What belongs together on disk, by file name. */
export type FileSet = ReadonlyMap<string, FileContent>;

export interface FileContent {
  readonly text: string;
  /** Whoever reads it can act as the workload. */
  readonly isSecret: boolean;
}

export interface FileMaterial {
  readonly svid: X509SvidMessage;
  /** JWT-SVIDs by file name. */
  readonly tokens: ReadonlyMap<string, string>;
  /** The JWT keys of the workload's own trust domain, a JWKS. */
  readonly jwtBundle: string | undefined;
}

const [SVID, KEY, BUNDLE, JWT_BUNDLE] = ['svid.pem', 'key.pem', 'bundle.pem', 'jwt_bundle.json'];

/** Names that no token may have; spiffe-helper's defaults, as far as it has any. */
export const FIXED_NAMES: readonly string[] = [SVID, KEY, BUNDLE, JWT_BUNDLE];

/**
 * The workload's own trust domain only: in one heap of certificates the authorities of another one
 * would vouch for ours (SPIFFE Trust Domain and Bundle, 6: bundles are never merged).
 */
export function fileSet({ svid, tokens, jwtBundle }: FileMaterial): FileSet {
  const open = (text: string): FileContent => ({ text, isSecret: false });
  const secret = (text: string): FileContent => ({ text, isSecret: true });
  return new Map([
    [SVID, open(certificatesToPem(splitCertificates(svid.x509Svid)))],
    [KEY, secret(privateKeyPem(svid.x509SvidKey))],
    [BUNDLE, open(certificatesToPem(splitCertificates(svid.bundle)))],
    ...(jwtBundle === undefined ? [] : [[JWT_BUNDLE, open(jwtBundle)] as const]),
    ...[...tokens].map(([name, token]) => [name, secret(token)] as const),
  ]);
}

/** Equal for equal sets; it tells nothing of what is in them. */
export function fingerprint(set: FileSet): string {
  return createHash('sha256')
    .update(JSON.stringify([...set].map(([name, { text }]) => [name, text])))
    .digest('hex');
}

function privateKeyPem(pkcs8: Uint8Array): string {
  const key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
  return key.export({ format: 'pem', type: 'pkcs8' }).toString();
}
