import { setTimeout as delay } from 'node:timers/promises';
import type { WorkloadApiLogger } from '@blastradius/workload-api';
import { retryDelayMs } from '../rotation/backoff.ts';
import { IssuerRefused, IssuerUnavailable, JoinTokenLost } from './issuer-client.errors.ts';
import { type JoinTokens, openJoinTokens, readSupplied, type Supplied } from './join-tokens.ts';
import { SidecarIdentity, type SidecarIdentityContext } from './sidecar-identity.ts';

export interface Admission {
  readonly joinToken: Supplied;
  /** The authorities to trust before the first bundle: base64 of DER, joined by commas. */
  readonly bootstrapBundle: Supplied;
}

const RETRY_LIFETIME_MS = 20_000;

/**
 * Trades a join token for the sidecar's first SVID. The issuers may start later than we do: as long
 * as none was reached, the token is still good. One that was refused, or whose answer was lost, is
 * used up; whether another comes depends on where they come from.
 */
export async function joinTrustDomain(
  context: SidecarIdentityContext,
  { joinToken, bootstrapBundle }: Admission,
  logger: WorkloadApiLogger,
) {
  const tokens = openJoinTokens(joinToken, logger);
  // Not before there is something to check an issuer by: a token that is taken should be used.
  await readSupplied(bootstrapBundle, logger);
  let token = await tokens.take();
  for (let failures = 1; ; failures++) {
    try {
      // Read again each time: the authorities may have changed while we waited.
      const authorities = authoritiesIn(await readSupplied(bootstrapBundle, logger));
      return await SidecarIdentity.join(context, token, authorities);
    } catch (error) {
      if (!mayGoOn(error, tokens)) throw error;
      logger.warn({ err: error, failures }, 'cannot join yet');
      await delay(retryDelayMs(failures, RETRY_LIFETIME_MS, context.random.next()));
      if (!(error instanceof IssuerUnavailable)) token = await tokens.take();
    }
  }
}

function mayGoOn(error: unknown, tokens: JoinTokens): boolean {
  const isUsedUp = error instanceof IssuerRefused || error instanceof JoinTokenLost;
  return error instanceof IssuerUnavailable || (isUsedUp && tokens.areRefilled);
}

function authoritiesIn(text: string): Uint8Array[] {
  return text.split(',').map((authority) => Buffer.from(authority, 'base64'));
}
