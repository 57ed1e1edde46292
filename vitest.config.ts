import { defineConfig } from 'vitest/config';

// Packages resolve to their sources, so that a test never sees a stale build.
const conditions = ['@blastradius/source', 'node'];
const project = {
  resolve: { conditions },
  ssr: { resolve: { conditions } },
};

export default defineConfig({
  ...project,
  test: {
    reporters: ['default'],
    projects: [
      {
        ...project,
        test: {
          name: 'unit',
          // Real keys and properties: seconds on a machine that is busy.
          testTimeout: 30_000,
          include: [
            '{apps,packages,tools}/**/src/**/*.test.ts',
            'tools/*.test.ts',
            'bench/{harness,price}/*.test.ts',
          ],
          exclude: ['**/node_modules/**', '**/dist/**'],
        },
      },
      {
        ...project,
        test: {
          // A parser that reads a stranger's bytes, a file each; `npm run fuzz` gives them time.
          name: 'fuzz',
          include: ['{apps,packages}/*/fuzz/**/*.fuzz.ts'],
          setupFiles: ['tools/fuzz-setup.ts'],
          testTimeout: (Number(process.env['FUZZ_SECONDS'] ?? 0) + 60) * 1000,
        },
      },
      {
        ...project,
        test: {
          name: 'integration',
          include: ['{apps,packages}/*/test/**/*.test.ts', 'deploy/test/*.test.ts', 'bench/test/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Two cores: whole stacks side by side would starve each other.
          fileParallelism: false,
        },
      },
      {
        ...project,
        test: {
          name: 'interop',
          include: ['interop/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
