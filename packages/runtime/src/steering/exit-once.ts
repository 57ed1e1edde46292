const EXIT_WITHIN_MS = 8000;

/** Runs `onStop` at the first call and exits; a stop that hangs is cut short. */
export function exitOnce(onStop: () => Promise<void>): () => void {
  let stopping = false;
  return () => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), EXIT_WITHIN_MS).unref();
    onStop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
}
