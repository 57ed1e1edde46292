import type { Logger } from '@blastradius/nest-kit';
import type { HeldRelationship } from './federation-relationship.ts';
import type { RefreshFederatedBundle } from './refresh-federated-bundle.ts';
import type { RelationshipStore } from './relationship-store.ts';

const LOOK_EVERY_MS = 1000;
/** More than a poll may take: what an issuer that was killed has claimed is another's after that. */
const LEASE_SECONDS = 20;
/** At once; an endpoint that is slow keeps nobody else's waiting until there are so many. */
const POLLS_MAX = 16;

/**
 * Asks the endpoints that are due. Several issuers may share one store: each relationship is claimed by one of
 * them, and by another when that one does not come back.
 */
export function startFederationPolling(
  store: RelationshipStore,
  refresh: RefreshFederatedBundle,
  logger: Logger,
): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const underWay = new Set<Promise<void>>();
  let timer: NodeJS.Timeout;
  let look = Promise.resolve();

  const poll = (relationship: HeldRelationship) => {
    const { trustDomain } = relationship;
    const done = refresh
      .execute(relationship, stopping.signal)
      .catch((err) =>
        logger.error({ err, trustDomain }, 'a federated bundle was not refreshed; it is tried again'),
      )
      .finally(() => underWay.delete(done));
    underWay.add(done);
  };
  const claim = async () => {
    try {
      const room = POLLS_MAX - underWay.size;
      if (room > 0) for (const one of await store.claimDue(LEASE_SECONDS, room)) poll(one);
    } catch (err) {
      logger.error({ err }, 'what federation has to poll is not known; it is looked up again');
    }
    if (!stopping.signal.aborted) schedule();
  };
  const schedule = () => {
    timer = setTimeout(() => {
      look = claim();
    }, LOOK_EVERY_MS);
  };
  schedule();
  return {
    stop: async () => {
      stopping.abort();
      clearTimeout(timer);
      await look;
      await Promise.all(underWay);
    },
  };
}
