/** A row of the issuers' database. */
export interface StoredKey {
  readonly id: string;
  readonly kind: string;
  /** Its public part, in hex. */
  readonly published: string;
  readonly isActivated: boolean;
  /** Whether its private key is still there. */
  readonly hasKey: boolean;
}

export interface KeySetsSeen {
  readonly stored: readonly StoredKey[];
  /** What the bundle of each issuer has published, in the same hex, in no order. */
  readonly bundles: Readonly<Record<string, readonly string[]>>;
  /** The kinds that a bundle shows. */
  readonly bundled: readonly string[];
}

/** What must hold of the key sets of a trust domain whose issuers are at rest; violations in words. Pure. */
export function keySetViolations({ stored, bundles, bundled }: KeySetsSeen): string[] {
  const kinds = Map.groupBy(stored, ({ kind }) => kind);
  return [
    ...twice(stored.map(({ published }) => published)).map(
      (key) => `the key ${key.slice(-16)} is stored twice`,
    ),
    ...[...kinds].flatMap(([kind, keys]) => [
      ...wrongCount(
        keys.filter(({ isActivated, hasKey }) => isActivated && hasKey).length,
        `current ${kind}`,
      ),
      ...(keys.filter(({ isActivated }) => !isActivated).length > 1
        ? [`more than one next ${kind} key`]
        : []),
    ]),
    ...bundled.filter((kind) => !kinds.has(kind)).map((kind) => `no ${kind} key at all`),
    ...Object.entries(bundles).flatMap(([issuer, keys]) => {
      const published = stored.filter(({ kind }) => bundled.includes(kind)).map((key) => key.published);
      return keys.toSorted().join() === published.toSorted().join()
        ? []
        : [`the bundle of ${issuer} is not what the database has`];
    }),
  ];
}

function wrongCount(count: number, what: string): string[] {
  return count === 1 ? [] : [`${count} ${what} keys`];
}

function twice(values: readonly string[]): string[] {
  return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
}
