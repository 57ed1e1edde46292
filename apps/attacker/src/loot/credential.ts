import { createHash, type KeyObject } from 'node:crypto';
import type { BoundToken } from '@blastradius/credentials';
import type { Presented } from '@blastradius/ledger';
import { parseSpiffeId, type X509Svid } from '@blastradius/spiffe';

/** Whatever can be shown as an agent's, of any arm. */
export type Credential =
  | { readonly kind: 'api-key'; readonly apiKey: string; readonly agent?: string }
  /** What the network keeps of a key; it was never meant to be shown. */
  | { readonly kind: 'key-hash'; readonly keyHash: string; readonly agent: string }
  /** No credential at all: who it would be that one has to convince the door to be. */
  | { readonly kind: 'name'; readonly spiffeId: string; readonly lie: Lie }
  | { readonly kind: 'jwt-svid'; readonly token: string; readonly from?: MadeBy }
  /** Sender-constrained by DPoP; of little use without the key. */
  | {
      readonly kind: 'bound-access-token';
      readonly token: string;
      readonly privateKey?: KeyObject;
      readonly from?: MadeBy;
    }
  | { readonly kind: 'wit-svid'; readonly svid: BoundToken; readonly from?: MadeBy }
  | { readonly kind: 'wit-svid-without-key'; readonly token: string }
  | { readonly kind: 'x509-svid'; readonly svid: X509Svid; readonly from?: MadeBy }
  | { readonly kind: 'x509-svid-without-key'; readonly spiffeId: string; readonly certificatePem: string }
  /** What was seen on the wire or in a log, to be sent again. */
  | ({ readonly kind: 'recorded-request' } & RecordedRequest);

/** What might make a door believe a mere name. */
export const lies = [
  'rogue-ca-certificate',
  'authorization',
  'rogue-signed-token',
  'x-spiffe-id',
  'x-forwarded-client-cert',
] as const;
export type Lie = (typeof lies)[number];

/** Where it was not lying around: the thief asked the sidecar for it, or made it by a key that it had taken. */
export type MadeBy = 'workload-api' | 'minted';

export interface RecordedRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** Names in small letters; only those that say who sends. */
  readonly headers: Readonly<Record<string, string>>;
}

/** One name for the same credential, for as long as the thief's process lives. */
export function identityOf(credential: Credential): string {
  return createHash('sha256')
    .update(`${credential.kind} ${secretOf(credential)}`)
    .digest('hex');
}

function secretOf(credential: Credential): string {
  switch (credential.kind) {
    case 'api-key':
      return credential.apiKey;
    case 'key-hash':
      return `${credential.agent} ${credential.keyHash}`;
    case 'name':
      return `${credential.lie} ${credential.spiffeId}`;
    case 'jwt-svid':
    case 'wit-svid-without-key':
      return credential.token;
    // With its key it is another credential than the token that was seen before the key.
    case 'bound-access-token':
      return `${credential.token} ${credential.privateKey ? 'with' : 'without'} key`;
    case 'wit-svid':
      return credential.svid.token;
    case 'x509-svid':
      return credential.svid.serial;
    case 'x509-svid-without-key':
      return credential.certificatePem;
    case 'recorded-request':
      return JSON.stringify([credential.method, credential.path, credential.headers]);
  }
}

/** What it can open, if it is good: who takes one of these takes the others. */
export function doorOf(credential: Credential): string {
  if (credential.kind !== 'jwt-svid') return credential.kind;
  return `${credential.kind} ${JSON.stringify(claimsOf(credential.token)['aud'])}`;
}

/** How the ledger calls it when it is shown. */
export function presentedAs(credential: Credential): Presented {
  switch (credential.kind) {
    case 'api-key':
      return 'stolen-key';
    case 'key-hash':
      return 'key-hash';
    case 'name':
      return isRogue(credential.lie) ? credential.lie : 'spiffe-id-as-name';
    case 'jwt-svid':
      return asMade(credential, 'stolen-jwt-svid', 'minted-token');
    case 'bound-access-token':
      return credential.privateKey
        ? asMade(credential, 'stolen-access-token', 'minted-token')
        : 'access-token-without-key';
    case 'wit-svid':
      return asMade(credential, 'stolen-wit-svid', 'minted-token');
    case 'x509-svid':
      return asMade(credential, 'stolen-x509-svid', 'minted-svid');
    case 'wit-svid-without-key':
    case 'x509-svid-without-key':
      return credential.kind;
    case 'recorded-request':
      return 'replayed-request';
  }
}

function isRogue(lie: Lie): lie is Extract<Lie, `rogue-${string}`> {
  return lie.startsWith('rogue-');
}

function asMade({ from }: { readonly from?: MadeBy }, taken: Presented, minted: Presented): Presented {
  if (from === 'workload-api') return 'workload-api-svid';
  return from === 'minted' ? minted : taken;
}

/** Whether it authenticates by itself, as far as one can see without trying: the time is looked at, nothing else. */
export function isReusable(credential: Credential, now: Date): boolean {
  switch (credential.kind) {
    case 'api-key':
      return true;
    case 'jwt-svid':
      return !hasEnded(credential.token, now);
    case 'bound-access-token':
      return credential.privateKey !== undefined && !hasEnded(credential.token, now);
    case 'wit-svid':
      return !hasEnded(credential.svid.token, now);
    case 'x509-svid':
      return credential.svid.notAfter > now;
    case 'key-hash':
    case 'name':
    case 'wit-svid-without-key':
    case 'x509-svid-without-key':
    case 'recorded-request':
      return false;
  }
}

/** Whose it is, where that stands in it. */
export function agentOf(credential: Credential): string | undefined {
  switch (credential.kind) {
    case 'api-key':
    case 'key-hash':
      return credential.agent;
    case 'name':
    case 'x509-svid-without-key':
      return nameIn(credential.spiffeId);
    case 'jwt-svid':
    case 'bound-access-token':
    case 'wit-svid-without-key':
      return nameIn(claimsOf(credential.token)['sub']);
    case 'wit-svid':
      return nameIn(claimsOf(credential.svid.token)['sub']);
    case 'x509-svid':
      return nameIn(credential.svid.spiffeId.toString());
    case 'recorded-request':
      return agentOfRequest(credential);
  }
}

/** A token among the headers may say who it is for. */
function agentOfRequest({ headers }: RecordedRequest): string | undefined {
  for (const value of Object.values(headers)) {
    const name = nameIn(claimsOf(value.replace(/^\w+ /, ''))['sub']);
    if (name !== undefined) return name;
  }
  return undefined;
}

/** Of a token's second part, unverified: a thief believes what it reads. */
export function claimsOf(token: string): Readonly<Record<string, unknown>> {
  return objectIn(token.split('.')[1]);
}

export function headerOf(token: string): Readonly<Record<string, unknown>> {
  return objectIn(token.split('.')[0]);
}

function objectIn(part: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part ?? '', 'base64url').toString());
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function hasEnded(token: string, now: Date): boolean {
  const { exp } = claimsOf(token);
  return typeof exp === 'number' && exp * 1000 <= now.getTime();
}

/** An agent's name is the last segment of its SPIFFE ID; the network's identity and the sidecar's are no agent's. */
function nameIn(spiffeId: unknown): string | undefined {
  if (typeof spiffeId !== 'string') return undefined;
  try {
    const { path } = parseSpiffeId(spiffeId);
    return /\/agent\/([^/]+)$/.exec(path)?.[1];
  } catch {
    return undefined;
  }
}
