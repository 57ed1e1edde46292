import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** What V8 writes, as far as it is read here. */
interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
  }[];
  readonly samples: readonly number[];
  /** Microseconds. */
  readonly timeDeltas: readonly number[];
}

const linesMax = 16;

/** How Node is started so that it leaves a CPU profile in the folder when it ends. */
export function profiledInto(folder: string): string[] {
  return ['--cpu-prof', `--cpu-prof-dir=${folder}`];
}

/** Which functions the time went into, themselves and not what they call; the idle time is left out. */
export function topOfProfile(folder: string): string[] {
  const [file] = readdirSync(folder);
  if (file === undefined) return ['no profile was written'];
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as CpuProfile;
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const micros = new Map<string, number>();
  for (const [index, id] of samples.entries()) {
    const name = names.get(id) ?? '(unknown)';
    micros.set(name, (micros.get(name) ?? 0) + (timeDeltas[index] ?? 0));
  }
  for (const name of ['(idle)', '(root)']) micros.delete(name);
  const total = [...micros.values()].reduce((sum, value) => sum + value, 0);
  return [...micros]
    .toSorted(([, one], [, other]) => other - one)
    .slice(0, linesMax)
    .map(([name, value]) => `${((100 * value) / total).toFixed(1).padStart(5)} %  ${name}`);
}

function nameOf({ functionName, url }: { readonly functionName: string; readonly url: string }): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  return url === '' ? name : `${name} ${url.startsWith('node:') ? url : basename(url)}`;
}
