import { resolve } from 'node:path';
import { issuerAdministration, type KeySetKind } from '@blastradius/contracts';
import { z } from 'zod';
import { askIssuer } from '../issuer/ask-issuer.ts';
import { showAuthorities } from './show-authorities.ts';

type RotateRequest = z.input<typeof issuerAdministration.authorityRotateRequest>;

export interface OrderFlags {
  readonly adminSocket: string;
  readonly kind?: KeySetKind;
  readonly keyId?: string;
  readonly force?: true;
}

export interface ShowFlags extends OrderFlags {
  readonly json?: true;
}

export interface RotateFlags extends OrderFlags {
  readonly now?: true;
  readonly publishSeconds?: number;
}

/** A rotation is answered when it is done: so much longer than it publishes may that take. */
const finishWithinMs = 60_000;

export async function show({ adminSocket, kind, json }: ShowFlags): Promise<void> {
  const answer = await askIssuer({
    adminSocket: resolve(adminSocket),
    method: 'GET',
    path: '/admin/authorities',
    answer: issuerAdministration.authoritiesAnswer,
  });
  const authorities = answer.authorities.filter((one) => kind === undefined || one.kind === kind);
  const shown = { ...answer, authorities };
  process.stdout.write(json ? `${JSON.stringify(shown, null, 2)}\n` : showAuthorities(shown));
}

/** One step, and what the keys are after it. */
export async function order(step: RotateRequest['step'], flags: OrderFlags): Promise<void> {
  const { kind, keyId, force } = flags;
  await send(flags.adminSocket, { step, kind, keyId, force });
  await show(flags);
}

export async function rotate({ now, publishSeconds, ...flags }: RotateFlags): Promise<void> {
  if (!now) return order('prepare', flags);
  await send(flags.adminSocket, { step: 'forced', kind: flags.kind, publishSeconds });
  await show(flags);
}

async function send(adminSocket: string, body: RotateRequest): Promise<void> {
  const { publishSeconds = issuerAdministration.publishSecondsMax } = body;
  await askIssuer({
    adminSocket: resolve(adminSocket),
    method: 'POST',
    path: '/admin/authority/rotate',
    body,
    answer: z.object({ step: z.string() }),
    withinMs: publishSeconds * 1000 + finishWithinMs,
  });
}
