interface Summary {
  readonly metrics: Readonly<
    Record<
      string,
      {
        readonly values: Readonly<Record<string, number>>;
        readonly thresholds?: Readonly<Record<string, { readonly ok: boolean }>>;
      }
    >
  >;
}

/** What was demanded and whether it held, with the figures beside it, for a program to read. */
export function machineSummary(summary: unknown, file: string | null): Record<string, string> {
  const { metrics } = summary as Summary;
  const thresholds = Object.entries(metrics).flatMap(([metric, { thresholds = {} }]) =>
    Object.entries(thresholds).map(([threshold, { ok }]) => ({ name: `${metric} ${threshold}`, ok })),
  );
  const figures = Object.fromEntries(Object.entries(metrics).map(([name, { values }]) => [name, values]));
  const text = `${JSON.stringify({ thresholds, figures }, null, 2)}\n`;
  return file === null ? { stdout: text } : { [file]: text };
}
