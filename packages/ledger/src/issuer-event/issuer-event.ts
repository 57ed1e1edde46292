import { z } from 'zod';
import { type IssuerRecord, issuerRecord } from '../records.ts';
import { ocsfBody, ocsfBodyOf } from './ocsf-body.ts';

export interface EventPlace {
  /** Unique within `source`. */
  readonly id: string;
  /** Which log of which issuer. */
  readonly source: string;
}

/** A CloudEvents 1.0 event in JSON; the chain's attributes come behind it. */
export interface IssuerEvent {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly time: string;
  readonly subject?: string;
  readonly datacontenttype: 'application/json';
  readonly data: object;
}

const envelope = z.object({
  specversion: z.literal('1.0'),
  type: z.string().regex(/^blastradius\..+\.v1$/),
  data: ocsfBody,
});

/** An act of the issuer as it stands in its audit log: CloudEvents around OCSF. */
export function issuerEventOf(record: IssuerRecord, { id, source }: EventPlace): IssuerEvent {
  const { event, atMs, spiffeId } = record;
  return {
    specversion: '1.0',
    id,
    source,
    type: typeOf(event),
    time: new Date(atMs).toISOString(),
    ...(spiffeId === null ? {} : { subject: spiffeId }),
    datacontenttype: 'application/json',
    data: ocsfBodyOf(record, id),
  };
}

/** The act again; throws where the event is none of ours. */
export function issuerRecordOf(event: unknown): IssuerRecord {
  const { type, data } = envelope.parse(event);
  const { spiffeId, ...rest } = data.unmapped;
  return issuerRecord.parse({
    ...rest,
    ledger: 'issuer',
    atMs: data.time,
    event: type.slice('blastradius.'.length, -'.v1'.length).replace('.', '-'),
    spiffeId: data.user?.uid ?? spiffeId ?? null,
    serial: data.user?.credential_uid ?? data.entity?.uid ?? null,
    reason: data.status_detail,
  });
}

/** `svid-issued` is of type `blastradius.svid.issued.v1`: a name without a domain, for we own none. */
function typeOf(event: IssuerRecord['event']): string {
  const verb = event.lastIndexOf('-');
  return `blastradius.${event.slice(0, verb)}.${event.slice(verb + 1)}.v1`;
}
