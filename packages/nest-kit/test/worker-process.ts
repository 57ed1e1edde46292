import { appendFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { openWorker } from '../src/jobs/open-worker.ts';

/**
 * A worker in a process of its own: notes each job that it begins and ends in a file, as
 * `<its name> begins|ends <job>`. Arguments: its name, the backend's URL, the queue, the file, and
 * how long a job takes, milliseconds.
 */
const [name = '', url = '', queue = '', file = '', jobMs = '0'] = process.argv.slice(2);
const note = (text: string) => appendFileSync(file, `${name} ${text}\n`);

await openWorker<{ job: string }>({
  url,
  name: queue,
  logger: pino({ level: 'silent' }),
  lockMs: 1000,
  handle: async ({ job }) => {
    note(`begins ${job}`);
    await delay(Number(jobMs));
    note(`ends ${job}`);
  },
});
note('works');
