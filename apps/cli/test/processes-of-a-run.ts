import { readdirSync, readFileSync } from 'node:fs';

export interface RangeProcess {
  readonly pid: number;
  /** `issuer`, `network`, and so on; an agent's own script counts as `fleet`. */
  readonly app: string;
  readonly env: Readonly<Record<string, string>>;
}

/** The processes that this one has started for a run, as the kernel knows them. */
export function processesOfRun(): RangeProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid): RangeProcess[] => {
      try {
        const parent = Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[1]);
        const [, script = ''] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        if (parent !== process.pid || !/\.m?js$/.test(script)) return [];
        const app = /\/apps\/([^/]+)\//.exec(script)?.[1] ?? 'fleet';
        return [{ pid: Number(pid), app, env: environmentOf(pid) }];
      } catch {
        return []; // It has ended meanwhile.
      }
    });
}

function environmentOf(pid: string): Record<string, string> {
  const pairs = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean);
  return Object.fromEntries(pairs.map((pair) => [pair.split('=')[0], pair.slice(pair.indexOf('=') + 1)]));
}
