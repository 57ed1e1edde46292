import type { ProcessEvent } from '@blastradius/contracts';
import type { WorldRecord } from '@blastradius/ledger';
import { type Child, untilEvent } from './child.ts';

type ReadyEvent = Extract<ProcessEvent, { event: 'ready' }>;

export interface SupervisedOptions {
  readonly name: string;
  /** Starts it; `previous` is what it said when it was ready the last time (its port, say). */
  readonly start: (onEvent: (event: ProcessEvent) => void, previous: ReadyEvent | null) => Promise<Child>;
  readonly record: (event: Pick<WorldRecord, 'event' | 'subject' | 'detail'>) => void;
  readonly onEvent?: (event: ProcessEvent) => void;
  /** What others must be told when it is back. */
  readonly onRestarted?: (ready: ReadyEvent) => void;
}

/** A process that is started again whenever it ends without having been told to. */
export interface Supervised {
  readonly name: string;
  readonly ready: ReadyEvent;
  readonly pid: number;
  send(command: Parameters<Child['send']>[0]): void;
  kill(signal: NodeJS.Signals): void;
  /** Kills it, and does not start it again until `resume`. */
  holdDown(): void;
  resume(): void;
  /** Resolves when it runs, or will not be started again. */
  untilUp(): Promise<void>;
  stop(): Promise<void>;
}

const RESTART_DELAY_MS = 300;
const RESTARTS_MAX = 10;

export async function supervise(options: SupervisedOptions): Promise<Supervised> {
  let stopping = false;
  let restarts = 0;
  let held: { readonly promise: Promise<void>; resolve(): void } | undefined;
  let current = await launch(options, null);
  let restarting: Promise<void> = Promise.resolve();

  const watch = (child: Child) => {
    void child.exited.then(({ code, signal }) => {
      if (stopping) return;
      options.record({ event: 'process-exited', subject: options.name, detail: signal ?? `code ${code}` });
      restarting = restart();
    });
  };
  const restart = async (): Promise<void> => {
    while (!stopping && restarts < RESTARTS_MAX) {
      restarts += 1;
      await new Promise((resolve) => setTimeout(resolve, RESTART_DELAY_MS));
      await held?.promise;
      if (stopping) return;
      const next = await launch(options, current.ready).catch((error: Error) => {
        options.record({ event: 'process-exited', subject: options.name, detail: error.message });
        return null;
      });
      if (!next) continue;
      current = next;
      options.record({ event: 'process-restarted', subject: options.name, detail: `pid ${next.child.pid}` });
      watch(next.child);
      options.onRestarted?.(next.ready);
      return;
    }
  };
  watch(current.child);

  return {
    name: options.name,
    get ready() {
      return current.ready;
    },
    get pid() {
      return current.child.pid;
    },
    send: (command) => current.child.send(command),
    kill: (signal) => current.child.kill(signal),
    holdDown: () => {
      held ??= Promise.withResolvers<void>();
      current.child.kill('SIGKILL');
    },
    resume: () => {
      held?.resolve();
      held = undefined;
    },
    untilUp: () => restarting,
    stop: async () => {
      stopping = true;
      held?.resolve();
      await restarting;
      await current.child.stop();
    },
  };
}

async function launch(options: SupervisedOptions, previous: ReadyEvent | null) {
  let forward = (_event: ProcessEvent) => {};
  const child = await options.start((event) => forward(event), previous);
  const { event } = await untilEvent(
    (onEvent) => {
      forward = (received) => {
        onEvent(received);
        options.onEvent?.(received);
      };
      return child;
    },
    'ready',
    60_000,
  );
  return { child, ready: event };
}
