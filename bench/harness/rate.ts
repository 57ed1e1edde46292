/**
 * How often `once` is done in a second of one core. It counts the CPU's time and not the clock's, so that what
 * others do on the machine is left out as far as it can be.
 */
export function ratePerCore(milliseconds: number, once: () => void): number {
  const batch = 16;
  let done = 0;
  const endAt = performance.now() + milliseconds;
  const before = process.cpuUsage();
  do {
    for (let index = 0; index < batch; index++) once();
    done += batch;
  } while (performance.now() < endAt);
  const { user, system } = process.cpuUsage(before);
  return (done * 1_000_000) / (user + system);
}
