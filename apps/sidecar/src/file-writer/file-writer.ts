import { counter, gauge } from '@blastradius/runtime';
import type { FileOutput } from './file-output.ts';
import { type OutputContext, OutputWriter } from './output-writer.ts';

export interface FileWriter {
  tick(): void;
  /** Lets what is being written end; the files stay. */
  close(): Promise<void>;
}

const writes = counter('blastradius.sidecar.file_outputs', {
  description: 'Sets of files written, taken away, or failed to be.',
  unit: '{set}',
});

/** Writes SVIDs, keys and bundles for programs that read files, and keeps them fresh. */
export function startFileWriter(
  outputs: readonly FileOutput[],
  context: Omit<OutputContext, 'onOutcome'>,
): FileWriter {
  const onOutcome: OutputContext['onOutcome'] = (output, outcome) =>
    writes.add(1, { 'blastradius.output': output, 'blastradius.outcome': outcome });
  const writers = outputs.map((output) => new OutputWriter(output, { ...context, onOutcome }));
  const stopMeasuring = gauge(
    'blastradius.sidecar.file_outputs.behind',
    { description: 'Outputs whose files are not what they should be.', unit: '{output}' },
    () => writers.filter(({ isBehind }) => isBehind).length,
  );
  return {
    tick: () => {
      for (const writer of writers) writer.tick();
    },
    close: async () => {
      stopMeasuring();
      await Promise.all(writers.map((writer) => writer.close()));
    },
  };
}
