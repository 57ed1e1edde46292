import type { Clock } from '@blastradius/kernel';
import {
  type Confirmation,
  certificateThumbprint,
  type DpopProof,
  type ProvedSender,
  verifyDpopProof,
} from '@blastradius/spiffe';
import { TokenRequestRefused } from '../token-endpoint.errors.ts';
import { refusing } from './verified-svids.ts';

/** What the one who asks has proved to hold, and what its token is therefore bound to. */
export interface SenderProof {
  readonly sender: ProvedSender;
  readonly dpop: DpopProof | undefined;
  /** Null where nothing was proved: the token would be a bearer token. */
  readonly confirmation: Confirmation | null;
}

export interface ShownByConnection {
  /** Values of the `dpop` header. */
  readonly dpopHeaders: readonly string[];
  readonly certificate: Uint8Array | undefined;
}

/** Throws `TokenRequestRefused` for a DPoP proof that is none (RFC 9449, section 5). */
export async function proveSender(
  { dpopHeaders, certificate }: ShownByConnection,
  url: string,
  clock: Clock,
): Promise<SenderProof> {
  if (dpopHeaders.length > 1) throw new TokenRequestRefused('invalid_dpop_proof', 'dpop.repeated');
  const [text] = dpopHeaders;
  const dpop =
    text === undefined
      ? undefined
      : await refusing('invalid_dpop_proof', () =>
          verifyDpopProof(text, { method: 'POST', url, now: clock.now() }),
        );
  const x5t = certificate && certificateThumbprint(certificate);
  const confirmation = { ...(dpop && { jkt: dpop.keyThumbprint }), ...(x5t && { 'x5t#S256': x5t }) };
  return {
    sender: { keyThumbprint: dpop?.keyThumbprint, certificateThumbprint: x5t },
    dpop,
    confirmation: Object.keys(confirmation).length === 0 ? null : confirmation,
  };
}
