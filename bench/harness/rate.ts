/** How often in a second `once` is done, over so long; the clock is read between small batches. */
export function rateOf(milliseconds: number, once: () => void): number {
  const batch = 16;
  let done = 0;
  const startedAt = performance.now();
  const endAt = startedAt + milliseconds;
  do {
    for (let index = 0; index < batch; index++) once();
    done += batch;
  } while (performance.now() < endAt);
  return (done * 1000) / (performance.now() - startedAt);
}
