import { setTimeout as pause } from 'node:timers/promises';
import { modifierOf } from '@blastradius/contracts';
import { type IssuerRecord, streamLedger } from '@blastradius/ledger';
import type { DueEvent } from '../trial/timeline.ts';
import type { World } from '../world/world.ts';

/** Sidecars ask for the bundle each second; they must know the next authority before it signs. */
const PUBLISH_SECONDS = 2;
const POLL_MS = 100;
/** From the issuer's answer to the agent's next handshake. */
const DELIVERY_MS = 750;
/** Longer than a sidecar takes to replace everything; then a push that strands some is the lesser evil. */
const RENEWED_WITHIN_MS = 15_000;

/** In arm x509-svid+revocation-push: what operators do about a theft, when they hear of it and at the reset. */
export function revocationsOf(world: World): DueEvent[] {
  const { arm, scenario } = world.setting;
  if (modifierOf(arm) !== 'revocation-push') return [];
  return scenario.timeline
    .filter(({ event }) => event === 'report' || event === 'key-reset')
    .map(({ minute, title }) => ({
      minute,
      what: `revocation at "${title}"`,
      run: () => pushRevocation(world, title),
    }));
}

/**
 * Nobody knows which SVIDs were stolen, so all that were issued until now are revoked. The honest get their
 * next ones first, by a forced rotation; then the old serials, as the issuer's log names them, go to the network.
 */
async function pushRevocation(world: World, title: string): Promise<void> {
  const { record } = world.setting;
  record({ event: 'revocation-ordered', subject: null, detail: title });
  const orderedAtMs = Date.now();
  await world.forceRotation?.(PUBLISH_SECONDS);
  const { serials, waiting } = await untilRenewed(world, orderedAtMs);
  const pushed = await world.operator.revoke({ reason: title, serials });
  const closed = `${pushed.connectionsClosed} connections closed`;
  const late = waiting.length > 0 ? `; not renewed yet: ${waiting.join(', ')}` : '';
  record({ event: 'revocation-pushed', subject: null, detail: `${serials.length} SVIDs, ${closed}${late}` });
}

interface IssuedSvids {
  /** Those that the authorities before the rotation have signed. */
  readonly serials: string[];
  /** Agents that hold none but these. */
  readonly waiting: string[];
}

async function untilRenewed(world: World, orderedAtMs: number): Promise<IssuedSvids> {
  const deadlineMs = Date.now() + RENEWED_WITHIN_MS;
  for (;;) {
    const issued = sortIssued([...streamLedger(world.setting.ledgerFolder, 'issuer')], orderedAtMs);
    if (issued.waiting.length === 0) await pause(DELIVERY_MS);
    if (issued.waiting.length === 0 || Date.now() > deadlineMs) return issued;
    await pause(POLL_MS);
  }
}

/** By the issuer's own log: what was signed before the new authority was, and who has nothing newer. Pure. */
export function sortIssued(records: readonly IssuerRecord[], orderedAtMs: number): IssuedSvids {
  const ofKind = records.filter(({ kind }) => kind === 'x509');
  const activated = ofKind.find(({ event, atMs }) => event === 'authority-activated' && atMs >= orderedAtMs);
  const issued = ofKind.flatMap(({ event, spiffeId, serial, atMs }) =>
    event === 'svid-issued' && spiffeId !== null && serial !== null && /\/agent\//.test(spiffeId)
      ? [{ spiffeId, serial, isNew: atMs >= (activated?.atMs ?? Number.POSITIVE_INFINITY) }]
      : [],
  );
  const renewed = new Set(issued.filter(({ isNew }) => isNew).map(({ spiffeId }) => spiffeId));
  const holders = new Set(issued.map(({ spiffeId }) => spiffeId));
  return {
    serials: issued.filter(({ isNew }) => !isNew).map(({ serial }) => serial),
    waiting: [...holders].filter((spiffeId) => !renewed.has(spiffeId)),
  };
}
