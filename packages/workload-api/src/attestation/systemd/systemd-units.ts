/** A unit of systemd, as it names itself. */
export interface SystemdUnit {
  readonly id: string;
  /** The file that defines it; empty where there is none, as for a unit that was made at run time. */
  readonly fragmentPath: string;
}

export interface SystemdUnits {
  /** Undefined for a process that belongs to no unit. Throws `AttestorUnavailable` where systemd can't be asked. */
  unitOf(pid: number): Promise<SystemdUnit | undefined>;
}
