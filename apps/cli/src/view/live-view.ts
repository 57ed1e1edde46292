import type { WriteStream } from 'node:tty';
import type { Arm, TrialProgress } from '@blastradius/stack';
import { type ArmView, progressLine, progressLines } from './progress-lines.ts';

export interface LiveView {
  phase(arm: Arm | null, phase: string): void;
  progress(arm: Arm, progress: TrialProgress): void;
  end(): void;
}

const REDRAW_MS = 250;
const LOG_EVERY_MS = 5000;
const RATE_WINDOW_MS = 2000;

/** Shows the worlds while they run: redrawn in place on a terminal, a line now and then elsewhere. */
export function startLiveView(arms: readonly Arm[], out: WriteStream | NodeJS.WritableStream): LiveView {
  const onTerminal = 'isTTY' in out && out.isTTY === true;
  const views = new Map<Arm, ArmView>(
    arms.map((arm) => [arm, { arm, phase: 'waiting', progress: null, requestsPerSecond: 0 }]),
  );
  const rates = new Map<Arm, { atMs: number; count: number }[]>(arms.map((arm) => [arm, []]));
  let drawn = 0;
  const draw = () => {
    const lines = progressLines([...views.values()]);
    const width = 'columns' in out ? out.columns : 120;
    out.write(
      `${drawn ? `\x1b[${drawn}A` : ''}${lines.map((line) => `\x1b[2K${line.slice(0, width - 1)}\n`).join('')}`,
    );
    drawn = lines.length;
  };
  const log = () => {
    for (const view of views.values()) if (view.progress) out.write(`${progressLine(view)}\n`);
  };
  const timer = setInterval(onTerminal ? draw : log, onTerminal ? REDRAW_MS : LOG_EVERY_MS);
  return {
    phase: (arm, phase) => {
      const view = arm && views.get(arm);
      if (view) views.set(view.arm, { ...view, phase });
      if (!onTerminal) out.write(arm ? `[${arm}] ${phase}\n` : `${phase}\n`);
      else if (!arm) out.write(`${phase}\n`);
    },
    progress: (arm, progress) => {
      const view = views.get(arm);
      if (!view) return;
      const requestsPerSecond = rate(rates.get(arm) ?? [], progress.honest['sent'] ?? 0);
      views.set(arm, { ...view, progress, requestsPerSecond });
    },
    end: () => {
      clearInterval(timer);
      if (onTerminal) draw();
      else log();
    },
  };
}

/** Requests in one second, over the last two. */
function rate(samples: { atMs: number; count: number }[], count: number): number {
  const atMs = Date.now();
  samples.push({ atMs, count });
  while (samples.length > 2 && atMs - (samples[0]?.atMs ?? atMs) > RATE_WINDOW_MS) samples.shift();
  const first = samples[0];
  return first && atMs > first.atMs ? ((count - first.count) * 1000) / (atMs - first.atMs) : 0;
}
