import type { WorkloadAttestor, WorkloadProcess } from '../workload-attestor.ts';
import type { SystemdUnits } from './systemd-units.ts';

/**
 * The unit that the calling process belongs to, in SPIRE's selectors: `systemd:id:x.service`,
 * `systemd:fragment_path:/abs`. systemd goes by the process's cgroup; only for a sidecar on the host itself,
 * whose pids are those that systemd knows.
 */
export class SystemdAttestor implements WorkloadAttestor {
  readonly name = 'systemd';
  readonly #units: SystemdUnits;

  constructor(units: SystemdUnits) {
    this.#units = units;
  }

  async attest({ pid }: WorkloadProcess): Promise<string[]> {
    const unit = await this.#units.unitOf(pid);
    if (unit === undefined) return [];
    const { id, fragmentPath } = unit;
    return [`systemd:id:${id}`, ...(fragmentPath === '' ? [] : [`systemd:fragment_path:${fragmentPath}`])];
  }
}
