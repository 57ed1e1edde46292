import { tokenKeyId } from '@blastradius/pki';
import { subjectKeyIdOf } from '@blastradius/spiffe';
import type { StoredAuthority } from './authority-store.ts';

/** How the bundle and the SVIDs name an authority's key: hex in lower case. */
export function keyIdOf({
  kind,
  published,
}: Pick<StoredAuthority, 'kind' | 'published'>): string | undefined {
  return kind === 'x509' ? subjectKeyIdOf(published) : tokenKeyId(published);
}
