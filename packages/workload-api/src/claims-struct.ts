/** google.protobuf.Struct, as Protocol Buffers spells a JSON object out. */
export interface ProtobufStruct {
  readonly fields: Readonly<Record<string, ProtobufValue>>;
}
export type ProtobufValue =
  | { readonly nullValue: 0 }
  | { readonly numberValue: number }
  | { readonly stringValue: string }
  | { readonly boolValue: boolean }
  | { readonly listValue: { readonly values: readonly ProtobufValue[] } }
  | { readonly structValue: ProtobufStruct };

/** What a foreign trust domain may tell us of: whatever else it claims means nothing here. SPIRE lets through the same. */
const FOREIGN_CLAIMS = new Set(['sub', 'aud', 'exp']);

export interface ClaimsOrigin {
  readonly trustDomain: string;
  readonly ownTrustDomain: string;
}

/** The claims of a valid JWT-SVID as the Workload API gives them: `aud` is a list, whatever the token had. */
export function claimsStruct(
  claims: Readonly<Record<string, unknown>>,
  origin: ClaimsOrigin,
): ProtobufStruct {
  const isForeign = origin.trustDomain !== origin.ownTrustDomain;
  const told = Object.entries(claims).filter(([name]) => !isForeign || FOREIGN_CLAIMS.has(name));
  const listed = told.map(([name, value]) => [
    name,
    name === 'aud' && typeof value === 'string' ? [value] : value,
  ]);
  return protobufStruct(Object.fromEntries(listed));
}

function protobufStruct(json: object): ProtobufStruct {
  return {
    fields: Object.fromEntries(Object.entries(json).map(([name, value]) => [name, protobufValue(value)])),
  };
}

function protobufValue(json: unknown): ProtobufValue {
  if (json === null || json === undefined) return { nullValue: 0 };
  if (typeof json === 'number') return { numberValue: json };
  if (typeof json === 'string') return { stringValue: json };
  if (typeof json === 'boolean') return { boolValue: json };
  if (Array.isArray(json)) return { listValue: { values: json.map(protobufValue) } };
  if (typeof json === 'object') return { structValue: protobufStruct(json) };
  throw new TypeError(`JSON has no ${typeof json}`);
}
