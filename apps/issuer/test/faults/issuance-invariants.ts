import type { IssuerRecord } from '@blastradius/ledger';

export type Kind = 'x509' | 'jwt' | 'wit';

/** An SVID that a client has in its hands. */
export interface Receipt {
  /** The issuer whose answer it was in. */
  readonly issuer: string;
  readonly kind: Kind;
  readonly spiffeId: string;
  /** A certificate's serial number, a token's `jti`. */
  readonly serial: string;
}

/** What one issuer has written down. */
export interface IssuerAudit {
  readonly issuer: string;
  readonly records: readonly IssuerRecord[];
}

/** A set of identities that policy granted, from when it could first have counted to when the next one was confirmed. */
export interface PolicyPeriod {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly spiffeIds: ReadonlySet<string>;
}

export interface IssuanceHistory {
  readonly receipts: readonly Receipt[];
  readonly audits: readonly IssuerAudit[];
  readonly policies: readonly PolicyPeriod[];
  /** For how long an issuer may go on by a policy that another has replaced. */
  readonly staleMsMax: number;
}

interface Written extends IssuerRecord {
  readonly issuer: string;
}

/** What must hold whatever failed; each violation in words, none where all is well. Pure. */
export function issuanceViolations(history: IssuanceHistory): string[] {
  const written = history.audits.flatMap(({ issuer, records }) =>
    records.filter(({ event }) => event === 'svid-issued').map((record): Written => ({ ...record, issuer })),
  );
  const bySerial = Map.groupBy(written, ({ serial }) => serial ?? 'no serial');
  return [
    ...serialsTwice(bySerial),
    ...history.receipts.flatMap((receipt) => unwritten(receipt, bySerial.get(receipt.serial) ?? [])),
    ...receivedTwice(history.receipts),
    ...written.flatMap((record) => ungranted(record, history)),
  ];
}

function serialsTwice(bySerial: ReadonlyMap<string, readonly Written[]>): string[] {
  return [...bySerial].flatMap(([serial, records]) =>
    records.length > 1 ? [`${serial} was issued ${records.length} times`] : [],
  );
}

function receivedTwice(receipts: readonly Receipt[]): string[] {
  const counts = Map.groupBy(receipts, ({ serial }) => serial);
  return [...counts].flatMap(([serial, same]) =>
    same.length > 1 ? [`${serial} was received ${same.length} times`] : [],
  );
}

function unwritten(receipt: Receipt, records: readonly Written[]): string[] {
  const { issuer, kind, spiffeId, serial } = receipt;
  const isWritten = records.some(
    (record) => record.issuer === issuer && record.kind === kind && record.spiffeId === spiffeId,
  );
  return isWritten ? [] : [`${kind} ${serial} of ${spiffeId} is not in the audit of ${issuer}, who gave it`];
}

/** SVIDs of the identity plane itself have no policy. */
function ungranted(
  { policyId, spiffeId, atMs, serial, issuer }: Written,
  history: IssuanceHistory,
): string[] {
  if (policyId === null || spiffeId === null) return [];
  const isGranted = history.policies.some(
    ({ fromMs, untilMs, spiffeIds }) =>
      spiffeIds.has(spiffeId) && atMs >= fromMs && atMs <= untilMs + history.staleMsMax,
  );
  return isGranted ? [] : [`${issuer} issued ${serial} to ${spiffeId} while no policy granted it`];
}
