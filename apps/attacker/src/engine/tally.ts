import type { AttackerRecord } from '@blastradius/ledger';

/** What the thief has got so far, for whoever watches; the report counts from the ledger itself. */
export class Tally {
  readonly #credentials = new Set<string>();
  readonly #impersonated = new Set<string>();
  #forgedAccepted = 0;
  #forgedRefused = 0;
  #throughHoleAccepted = 0;
  #messagesRead = 0;
  #secretsFound = 0;

  count({ loot, forges, vector, outcome, victim }: AttackerRecord): void {
    for (const agent of loot?.credentialsOf ?? []) this.#credentials.add(agent);
    this.#messagesRead += loot?.privateMessages ?? 0;
    this.#secretsFound += loot?.thirdPartySecrets.length ?? 0;
    if (!forges) return;
    if (vector === 'hole' && outcome === 'accepted') this.#throughHoleAccepted += 1;
    if (vector !== 'stolen-credential') return;
    if (outcome !== 'accepted') this.#forgedRefused += 1;
    else {
      this.#forgedAccepted += 1;
      if (victim !== null) this.#impersonated.add(victim);
    }
  }

  get counts(): Readonly<Record<string, number>> {
    return {
      credentials: this.#credentials.size,
      impersonated: this.#impersonated.size,
      forgedAccepted: this.#forgedAccepted,
      forgedRefused: this.#forgedRefused,
      throughHoleAccepted: this.#throughHoleAccepted,
      messagesRead: this.#messagesRead,
      secretsFound: this.#secretsFound,
    };
  }
}
