import { type IncidentClock, wallMsAt } from '@blastradius/kernel';

/** Something that is due at a minute of the incident. */
export interface DueEvent {
  readonly minute: number;
  readonly what: string;
  run(): Promise<void>;
}

export interface RunningTimeline {
  /** Adds an event while the timeline runs; one that is overdue runs at once. */
  add(event: DueEvent): void;
  /** Ends it; events still ahead do not happen. Rejects with the first failure of an event. */
  end(): Promise<void>;
}

/** Runs each event at its minute. One event never waits for another. */
export function runTimeline(clock: IncidentClock, events: readonly DueEvent[]): RunningTimeline {
  const timers = new Set<NodeJS.Timeout>();
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];
  const add = (event: DueEvent) => {
    const timer = setTimeout(
      () => {
        timers.delete(timer);
        const run: Promise<void> = event
          .run()
          .catch((cause: unknown) => void failures.push(new Error(`${event.what} failed`, { cause })))
          .finally(() => running.delete(run));
        running.add(run);
      },
      Math.max(0, wallMsAt(clock, event.minute) - Date.now()),
    );
    timers.add(timer);
  };
  events.forEach(add);
  return {
    add,
    end: async () => {
      for (const timer of timers) clearTimeout(timer);
      await Promise.all(running);
      if (failures.length > 0) throw failures[0];
    },
  };
}
