import { defineConfig } from 'vitest/config';

// Packages resolve to their sources, so that a test never sees a stale build.
const conditions = ['@blastradius/source', 'node'];
const project = {
  resolve: { conditions },
  ssr: { resolve: { conditions } },
};

/** In order, so that what needs the machine for itself has it. Two cores: Vitest would keep one of them. */
const alone = { maxWorkers: 1, sequence: { groupOrder: 3 } };
const sideBySide = (groupOrder: number) => ({ maxWorkers: 2, sequence: { groupOrder } });
/** Whole stacks, load and clocks: side by side they would starve each other. */
const needMachine = '{apps/{cli,issuer},deploy,bench}';

export default defineConfig({
  ...project,
  test: {
    reporters: ['default'],
    projects: [
      {
        ...project,
        test: {
          name: 'unit',
          ...sideBySide(1),
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
          ...sideBySide(1),
          include: ['{apps,packages}/*/fuzz/**/*.fuzz.ts'],
          setupFiles: ['tools/fuzz-setup.ts'],
          testTimeout: (Number(process.env['FUZZ_SECONDS'] ?? 0) + 60) * 1000,
        },
      },
      {
        ...project,
        test: {
          // One app or package with real neighbours.
          name: 'parts',
          ...sideBySide(2),
          include: ['{apps,packages}/*/test/**/*.test.ts'],
          exclude: ['**/node_modules/**', `${needMachine}/**`],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        ...project,
        test: {
          name: 'integration',
          ...alone,
          include: [`${needMachine}/test/**/*.test.ts`],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        ...project,
        test: {
          name: 'interop',
          ...alone,
          include: ['interop/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
