/** What one core carried without lateness in both worlds, with room to spare. */
const AGENT_SPEED_PER_CORE = 72_000;

/**
 * The compression of time at which so many agents still get their share of the machine: requests and
 * rotations come faster with each of both. A starved machine would count its own lateness as refusals.
 */
export function bearableTimeScale(wanted: number, agents: number, cores: number): number {
  return Math.max(1, Math.min(wanted, Math.floor((AGENT_SPEED_PER_CORE * cores) / agents)));
}

/** Each sidecar of a platform of containers renews for itself, and a container takes seconds to start. */
const CONTAINER_SPEED_PER_CORE = 120;

export function bearableInContainers(wanted: number, cores: number): number {
  return Math.max(1, Math.min(wanted, CONTAINER_SPEED_PER_CORE * cores));
}
