import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { AttestorUnavailable } from '../../workload-api.errors.ts';
import type { SystemdUnit, SystemdUnits } from './systemd-units.ts';

const ANSWER_WITHIN_MS = 2000;
const SYSTEMD = 'org.freedesktop.systemd1';

/** Runs busctl with these arguments; rejects with its stderr where it fails. */
export type RunBusctl = (args: readonly string[]) => Promise<string>;

/**
 * Asks systemd over D-Bus, as SPIRE does (`GetUnitByPID`), by the busctl that comes with it: no D-Bus
 * client on npm is kept up well enough to be trusted with an identity.
 */
export class BusctlUnits implements SystemdUnits {
  readonly #run: RunBusctl;

  constructor(run: RunBusctl = runBusctl) {
    this.#run = run;
  }

  async unitOf(pid: number): Promise<SystemdUnit | undefined> {
    try {
      const manager = ['call', SYSTEMD, '/org/freedesktop/systemd1', `${SYSTEMD}.Manager`];
      const [path] = await this.#ask([...manager, 'GetUnitByPID', 'u', String(pid)]);
      const properties = ['get-property', SYSTEMD, path ?? '', `${SYSTEMD}.Unit`, 'Id', 'FragmentPath'];
      const [id, fragmentPath] = await this.#ask(properties);
      if (!id || fragmentPath === undefined) throw new TypeError('busctl gave no unit');
      return { id, fragmentPath };
    } catch (cause) {
      // What a failed command says stands on the last line of its message.
      const reason =
        (cause instanceof Error ? cause.message : String(cause)).trimEnd().split('\n').at(-1) ?? '';
      if (reason.includes('does not belong to any loaded unit')) return undefined;
      throw new AttestorUnavailable(`systemd tells nothing about process ${pid}: ${reason}`, { cause });
    }
  }

  /** A line for each value: `{"type":"s","data":"x"}`, for a call `{"type":"o","data":["x"]}`. */
  async #ask(args: readonly string[]): Promise<string[]> {
    const lines = (await this.#run(['--system', '--json=short', ...args])).split('\n').filter(Boolean);
    return lines.map((line) => {
      const { data } = JSON.parse(line) as { data?: unknown };
      const value: unknown = Array.isArray(data) ? data[0] : data;
      if (typeof value !== 'string') throw new TypeError('busctl gave no text');
      return value;
    });
  }
}

async function runBusctl(args: readonly string[]): Promise<string> {
  // Its own environment could lead it to another bus.
  const env = { PATH: '/usr/bin:/bin' };
  return (await promisify(execFile)('busctl', [...args], { env, timeout: ANSWER_WITHIN_MS })).stdout;
}
