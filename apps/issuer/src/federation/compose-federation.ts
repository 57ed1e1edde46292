import type { Clock } from '@blastradius/kernel';
import type { IssuerLedger } from '../audit/issuer-ledger.ts';
import type { Authorities } from '../authority/authorities.ts';
import type { Database } from '../database/database.ts';
import { FederatedBundles } from './federated-bundles.ts';
import { FederationAudit } from './federation-audit.ts';
import { FederationRelationships } from './federation-relationships.ts';
import { PostgresFederatedBundleStore } from './postgres-federated-bundle-store.ts';
import { PostgresRelationshipStore } from './postgres-relationship-store.ts';
import { RefreshFederatedBundle } from './refresh-federated-bundle.ts';

interface Surroundings {
  readonly database: Database;
  readonly authorities: Authorities;
  readonly ledger: IssuerLedger;
  readonly clock: Clock;
  readonly trustDomain: string;
}

/** What the operator orders about other trust domains, and what polls them. */
export function composeFederation({ database, authorities, ledger, clock, trustDomain }: Surroundings) {
  const audit = new FederationAudit(ledger);
  const store = new PostgresRelationshipStore(database);
  const bundles = new FederatedBundles(new PostgresFederatedBundleStore(database), audit, trustDomain);
  const refresh = new RefreshFederatedBundle({ store, authorities, audit, clock, random: Math.random });
  return {
    store,
    bundles,
    refresh,
    relationships: new FederationRelationships({ store, bundles, refresh, audit }),
  };
}
