import fc from 'fast-check';

// The bounded run is the same each time; a long one (`npm run fuzz`) is a new one each time, and says at a
// failure which seed and path play it again.
const seconds = process.env['FUZZ_SECONDS'];
fc.configureGlobal(
  seconds === undefined
    ? { numRuns: 300, seed: 4 }
    : {
        numRuns: Number.MAX_SAFE_INTEGER,
        interruptAfterTimeLimit: Number(seconds) * 1000,
        markInterruptAsFailure: false,
      },
);
