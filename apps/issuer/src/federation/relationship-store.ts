import type { FederationRelationship, HeldRelationship } from './federation-relationship.ts';

/** What came of one poll; nothing is written where the operator has changed the relationship meanwhile. */
export interface PollOutcome {
  readonly polled: HeldRelationship;
  /** Until the next one. */
  readonly pauseSeconds: number;
}

export interface AcceptedDocument {
  readonly document: string;
  /** Whether anyone but us has to hear of it. */
  readonly isChanged: boolean;
}

/** Where relationships are kept, with the bundles that belong to them, for all issuers. */
export abstract class RelationshipStore {
  abstract list(): Promise<readonly HeldRelationship[]>;
  abstract find(trustDomain: string): Promise<HeldRelationship | undefined>;
  /** Takes the place of the one before, and is due at once; the bundle stays where none is given. */
  abstract put(relationship: FederationRelationship, document: string | undefined): Promise<void>;
  /** With its bundle; whether there was one. */
  abstract remove(trustDomain: string): Promise<boolean>;
  /** Those that are due, which are then nobody else's for so long. */
  abstract claimDue(leaseSeconds: number, countMax: number): Promise<readonly HeldRelationship[]>;
  /** Writes down what `accept` makes of the document that is held by now. Whether it was changed. */
  abstract succeed(
    outcome: PollOutcome,
    accept: (held: string | undefined) => AcceptedDocument,
  ): Promise<boolean>;
  abstract fail(outcome: PollOutcome & { readonly failure: string }): Promise<void>;
}
