/**
 * SPIFFE Workload API, 5.2.1: of several SVIDs with one hint the first counts. No hint is no hint: those
 * SVIDs all stay.
 */
export function firstOfEachHint<Message extends { readonly hint: string }>(
  messages: readonly Message[],
): readonly Message[] {
  const seen = new Set<string>();
  return messages.filter(({ hint }) => {
    if (hint === '') return true;
    const isNew = !seen.has(hint);
    seen.add(hint);
    return isNew;
  });
}
