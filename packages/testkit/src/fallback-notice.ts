const told = new Set<string>();

/** One visible line of what a test runs on instead of its container; once a process. */
export function tellFallback(text: string): void {
  if (told.has(text)) return;
  told.add(text);
  process.stderr.write(`testkit: ${text}\n`);
}
