import type { KeyObject } from 'node:crypto';
import { DomainError } from '@blastradius/kernel';
import { parseJwks } from '@blastradius/spiffe';
import { type Dispatcher, request } from 'undici';
import { z } from 'zod';
import { FollowingConnections } from '../presenter/following-connections.ts';
import type { ServerTrust } from '../presenter/server-trust.ts';

const TIMEOUT_MS = 5000;

const metadata = z.object({ issuer: z.string(), jwks_uri: z.url({ protocol: /^https$/ }) });

/** The authorization server did not say by which keys its access tokens are signed. */
export class IssuerKeysUnavailable extends DomainError {
  readonly code = 'issuer-keys.unavailable';
  readonly category = 'unavailable';
}

export interface IssuerKeysOptions {
  /** The issuer identifier (RFC 8414, section 2). */
  readonly issuer: string;
  readonly trust: ServerTrust;
  readonly refreshSeconds: number;
  /** The keys that were read last go on. */
  readonly onError: (error: unknown) => void;
}

export interface IssuerKeys extends AsyncDisposable {
  /** By `kid`. */
  current(): ReadonlyMap<string, KeyObject>;
}

/**
 * The keys that sign an authorization server's access tokens, found by its metadata (RFC 8414) and read
 * again and again: one that was taken out counts no more. Rejects with `IssuerKeysUnavailable`.
 */
export async function followIssuerKeys(options: IssuerKeysOptions): Promise<IssuerKeys> {
  const connections = new FollowingConnections(options.trust);
  const read = (url: string) => readFrom(url, connections.showing());
  try {
    const jwksUrl = await findKeys(options.issuer, read);
    let keys = parseJwks(await read(jwksUrl));
    const refresh = async () => {
      keys = parseJwks(await read(jwksUrl));
    };
    const timer = setInterval(() => void refresh().catch(options.onError), options.refreshSeconds * 1000);
    timer.unref();
    return {
      current: () => keys,
      [Symbol.asyncDispose]: async () => {
        clearInterval(timer);
        await connections.close();
      },
    };
  } catch (error) {
    await connections.close();
    throw error;
  }
}

async function findKeys(issuer: string, read: (url: string) => Promise<string>): Promise<string> {
  const document = await read(`${issuer}/.well-known/oauth-authorization-server`);
  const found = metadata.parse(JSON.parse(document));
  if (found.issuer !== issuer) {
    throw new IssuerKeysUnavailable(`${issuer} calls itself ${found.issuer}: set its own name`);
  }
  return found.jwks_uri;
}

async function readFrom(url: string, dispatcher: Dispatcher): Promise<string> {
  try {
    const { statusCode, body } = await request(url, { dispatcher, signal: AbortSignal.timeout(TIMEOUT_MS) });
    const text = await body.text();
    if (statusCode === 200) return text;
    throw new IssuerKeysUnavailable(`${url} answered ${statusCode}`);
  } catch (cause) {
    if (cause instanceof IssuerKeysUnavailable) throw cause;
    throw new IssuerKeysUnavailable(`${url} could not be read`, { cause });
  }
}
