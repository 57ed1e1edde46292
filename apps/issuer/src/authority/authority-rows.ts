import { X509Certificate } from 'node:crypto';
import type { KeySetKind } from '@blastradius/contracts';
import type { RevokedAuthority, StoredAuthority } from './authority-store.ts';
import type { RotationOrder } from './rotation-order.ts';

/** An authority as the tables have it. */
export interface AuthorityRow {
  readonly id: string;
  readonly kind: KeySetKind;
  readonly published: Buffer;
  readonly wrapped_key: Buffer | null;
  readonly not_after: Date;
  readonly prepared_at: Date;
  readonly activated_at: Date | null;
  readonly tainted_at: Date | null;
  /** Null for those that are in force. */
  readonly revoked_at: Date | null;
}

/** As JSON carries it. */
export interface OrderRow {
  readonly id: string;
  readonly ordered_by: string;
  readonly ordered_at: string;
  readonly activate_at: string;
  readonly authority_ids: RotationOrder['authorityIds'];
  readonly phase: RotationOrder['phase'];
  readonly finished_at: string | null;
}

export function storedAuthority(row: AuthorityRow): StoredAuthority {
  return {
    id: row.id,
    kind: row.kind,
    published: row.published,
    wrappedKey: row.wrapped_key,
    notBefore: row.kind === 'x509' ? new X509Certificate(row.published).validFromDate : row.prepared_at,
    notAfter: row.not_after,
    preparedAt: row.prepared_at,
    activatedAt: row.activated_at,
    taintedAt: row.tainted_at,
    hasKey: row.wrapped_key !== null,
  };
}

export function revokedAuthorities(rows: readonly AuthorityRow[]): RevokedAuthority[] {
  return rows.flatMap((row) =>
    row.revoked_at === null ? [] : [{ ...storedAuthority(row), revokedAt: row.revoked_at }],
  );
}

export function rotationOrder(row: OrderRow): RotationOrder {
  return {
    id: row.id,
    orderedBy: row.ordered_by,
    orderedAt: new Date(row.ordered_at),
    activateAt: new Date(row.activate_at),
    authorityIds: row.authority_ids,
    phase: row.phase,
    finishedAt: row.finished_at === null ? null : new Date(row.finished_at),
  };
}
