import { setTimeout as delay } from 'node:timers/promises';
import type { TrustBundleDocument } from '@blastradius/contracts';
import type { WorkloadApiLogger } from '@blastradius/workload-api';
import { retryDelayMs } from '../rotation/backoff.ts';
import { ClocksDiffer } from '../rotation/rotation.errors.ts';
import { IssuerRefused, IssuerUnavailable, JoinTokenLost } from './issuer-client.errors.ts';
import { type JoinTokens, openJoinTokens, readSupplied, type Supplied } from './join-tokens.ts';
import { attestByNodeCertificate, type NodeCertificateFiles } from './node-certificate.ts';
import {
  authoritiesOf,
  joinByToken,
  type Readmit,
  SidecarIdentity,
  type SidecarIdentityContext,
} from './sidecar-identity.ts';

/** By a join token, which is good once, or by the node's own certificate, which can be shown again. */
export type Admission = (
  | { readonly joinToken: Supplied }
  | { readonly nodeCertificate: NodeCertificateFiles }
) & {
  /** The authorities to trust before the first bundle: base64 of DER, joined by commas. */
  readonly bootstrapBundle: Supplied;
};

interface Joining {
  readonly context: SidecarIdentityContext;
  /** The authorities to trust before the first bundle, as they are now: they may change while we wait. */
  readonly bootstrap: () => Promise<Uint8Array[]>;
  readonly logger: WorkloadApiLogger;
}

interface Joined {
  readonly identity: SidecarIdentity;
  readonly bundle: TrustBundleDocument;
}

const RETRY_LIFETIME_MS = 20_000;

/** Gets the sidecar's first SVID. The issuers may start later than we do. */
export async function joinTrustDomain(
  context: SidecarIdentityContext,
  admission: Admission,
  logger: WorkloadApiLogger,
): Promise<Joined> {
  const bootstrap = async () => authoritiesIn(await readSupplied(admission.bootstrapBundle, logger));
  const joining = { context, bootstrap, logger };
  return 'joinToken' in admission
    ? joinWithToken(joining, openJoinTokens(admission.joinToken, logger))
    : joinWithCertificate(joining, admission.nodeCertificate);
}

/**
 * As long as no issuer was reached, the token is still good. One that was refused, or whose answer was
 * lost, is used up; whether another comes depends on where they come from.
 */
async function joinWithToken(joining: Joining, tokens: JoinTokens): Promise<Joined> {
  const { context, bootstrap } = joining;
  // Not before there is something to check an issuer by: a token that is taken should be used.
  await bootstrap();
  let token = await tokens.take();
  for (let failures = 1; ; failures++) {
    try {
      const admitted = await joinByToken(context, token, await bootstrap());
      return { identity: new SidecarIdentity(context, admitted), bundle: admitted.bundle };
    } catch (error) {
      if (!mayGoOn(error, tokens)) throw error;
      await pause(joining, failures, error);
      if (!(error instanceof IssuerUnavailable)) token = await tokens.take();
    }
  }
}

/** A refusal may end without us: the operator renews the certificate, or gives the issuer its CA. */
async function joinWithCertificate(joining: Joining, files: NodeCertificateFiles): Promise<Joined> {
  const { context, bootstrap } = joining;
  // The bundle is the newer one while we live; over a long absence it is the operator's file.
  const readmit: Readmit = async (bundle) =>
    attestByNodeCertificate(context, files, [...authoritiesOf(bundle), ...(await bootstrap())]);
  for (let failures = 1; ; failures++) {
    try {
      const admitted = await attestByNodeCertificate(context, files, await bootstrap());
      return { identity: new SidecarIdentity(context, admitted, readmit), bundle: admitted.bundle };
    } catch (error) {
      if (!mayPass(error)) throw error;
      await pause(joining, failures, error);
    }
  }
}

async function pause({ context, logger }: Joining, failures: number, error: unknown): Promise<void> {
  logger.warn({ err: error, failures }, 'cannot join yet');
  await delay(retryDelayMs(failures, RETRY_LIFETIME_MS, context.random.next()));
}

function mayGoOn(error: unknown, tokens: JoinTokens): boolean {
  const isUsedUp =
    error instanceof IssuerRefused || error instanceof JoinTokenLost || error instanceof ClocksDiffer;
  return error instanceof IssuerUnavailable || (isUsedUp && tokens.areRefilled);
}

/** By a certificate that can be shown again, clocks included: they are set right while we wait. */
function mayPass(error: unknown): boolean {
  return [IssuerUnavailable, IssuerRefused, ClocksDiffer].some((kind) => error instanceof kind);
}

function authoritiesIn(text: string): Uint8Array[] {
  return text.split(',').map((authority) => Buffer.from(authority, 'base64'));
}
