import { readFile } from 'node:fs/promises';
import { AttestorUnavailable, ContainerUnconfirmed } from '../../workload-api.errors.ts';
import { readProcLink, unlessHidden } from '../proc-view.ts';
import type { WorkloadAttestor, WorkloadProcess } from '../workload-attestor.ts';
import type { ContainerFacts, ContainerFactsSource } from './container-facts.ts';
import { isAtRoot, ownContainerId, placeInCgroups } from './container-place.ts';

const KNOWN_CONTAINERS_MAX = 1000;
/** PROC_PID_INIT_INO of the kernel: the pid namespace that a host's engine counts in. */
const HOST_PID_NAMESPACE = 'pid:[4026531836]';

export interface DockerAttestorOptions {
  readonly facts: ContainerFactsSource;
  /** Whose engine the facts are of: 0 for the host's, else the user of a rootless one. */
  readonly engineUid: number;
  /** Where processes are looked up; another folder than /proc for tests alone. */
  readonly procFolder?: string;
}

/**
 * The container that the calling process runs in, in SPIRE's selectors: `docker:image_config_digest:sha256:hex`
 * (what the image is), `docker:image_id:name` (what it was started by), `docker:label:key:value`.
 *
 * Trusted: the kernel for the cgroup, the engine for what it started there, and the gatekeeper between. A
 * label is the word of whoever starts containers, who has the engine's socket; a digest can't be had
 * by another image. Not seen: what a container mounts over its image, and what `docker exec` ran in it.
 */
export class DockerAttestor implements WorkloadAttestor {
  readonly name = 'docker';
  readonly #options: DockerAttestorOptions;
  readonly #proc: string;
  /** An image and labels stay with a container for its life, and no id is used again. */
  readonly #known = new Map<string, ContainerFacts>();

  constructor(options: DockerAttestorOptions) {
    this.#options = options;
    this.#proc = options.procFolder ?? '/proc';
  }

  async attest({ pid }: WorkloadProcess): Promise<string[]> {
    const containerId = await this.#containerOf(String(pid));
    if (containerId === undefined) return [];
    const facts = this.#known.get(containerId) ?? (await this.#confirmedFacts(containerId));
    return [
      `docker:image_config_digest:${facts.imageId}`,
      `docker:image_id:${facts.imageName}`,
      ...Object.entries(facts.labels)
        .map(([key, value]) => `docker:label:${key}:${value}`)
        .sort(),
    ];
  }

  async #containerOf(pid: string): Promise<string | undefined> {
    const cgroups = await this.#read(`${pid}/cgroup`);
    if (cgroups === undefined) return undefined;
    const place = placeInCgroups(cgroups);
    if (place !== undefined)
      return place.engineUid === this.#options.engineUid ? place.containerId : undefined;
    if (!isAtRoot(cgroups)) return undefined;
    // At the root of our own cgroup namespace there is whoever shares our container with us.
    const ours = await this.#read('self/cgroup');
    if (ours === undefined || !isAtRoot(ours)) return undefined;
    return ownContainerId((await this.#read('self/mountinfo')) ?? '');
  }

  async #confirmedFacts(containerId: string): Promise<ContainerFacts> {
    const facts = await this.#options.facts.factsOf(containerId);
    if (facts === undefined) {
      throw new ContainerUnconfirmed('the engine knows no such container that runs', {
        context: { containerId },
      });
    }
    await this.#confirmPlace(facts);
    const oldest = this.#known.keys().next();
    if (this.#known.size >= KNOWN_CONTAINERS_MAX && !oldest.done) this.#known.delete(oldest.value);
    this.#known.set(containerId, facts);
    return facts;
  }

  /**
   * The container's first process, as the engine counts, has to be in the same cgroup. It can be looked
   * at from the host's pid namespace alone; elsewhere the same number is some other process.
   */
  async #confirmPlace({ id, pid }: ContainerFacts): Promise<void> {
    if ((await readProcLink(`${this.#proc}/self/ns/pid`)) !== HOST_PID_NAMESPACE) return;
    const found = await this.#containerOf(String(pid));
    if (found === undefined) throw new AttestorUnavailable(`the container ${id} is being started or ended`);
    if (found !== id) {
      throw new ContainerUnconfirmed("the container's first process is in another cgroup", {
        context: { containerId: id, found },
      });
    }
  }

  #read(file: string): Promise<string | undefined> {
    return unlessHidden(() => readFile(`${this.#proc}/${file}`, 'utf8'));
  }
}
