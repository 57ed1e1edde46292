import { DomainError } from '@blastradius/kernel';
import type { WorkloadApiLogger } from '../logger.ts';
import { ProcessGone } from '../workload-api.errors.ts';
import type { ContainerFactsSource } from './docker/container-facts.ts';
import { DockerAttestor } from './docker/docker-attestor.ts';
import { FactsSocket } from './docker/facts-socket.ts';
import { FileDigests } from './file-digests.ts';
import { InterpreterAttestor } from './interpreter-attestor.ts';
import { BusctlUnits } from './systemd/busctl-units.ts';
import { SystemdAttestor } from './systemd/systemd-attestor.ts';
import { UnixAttestor } from './unix-attestor.ts';
import type { WorkloadAttestor, WorkloadProcess } from './workload-attestor.ts';

export const WORKLOAD_ATTESTORS = ['unix', 'interpreter', 'docker', 'systemd'] as const;
export type WorkloadAttestorName = (typeof WORKLOAD_ATTESTORS)[number];

export interface WorkloadAttestorsOptions {
  readonly logger: WorkloadApiLogger;
  /** `unix` and `interpreter` unless given. */
  readonly names?: readonly WorkloadAttestorName[];
  /** Needed for `docker`. */
  readonly docker?: { readonly factsSocket: string; readonly engineUid: number };
}

/** Throws a TypeError for `docker` without a socket that tells about containers. */
export function createWorkloadAttestors({
  logger,
  names = ['unix', 'interpreter'],
  docker,
}: WorkloadAttestorsOptions): readonly WorkloadAttestor[] {
  const digests = new FileDigests();
  const create: Record<WorkloadAttestorName, () => WorkloadAttestor> = {
    unix: () => new UnixAttestor(digests),
    interpreter: () => new InterpreterAttestor(digests),
    docker: () => {
      if (docker === undefined)
        throw new TypeError('the attestor docker needs a socket that tells about containers');
      const facts: ContainerFactsSource = new FactsSocket(docker.factsSocket);
      return new DockerAttestor({ facts, engineUid: docker.engineUid });
    },
    systemd: () => new SystemdAttestor(new BusctlUnits()),
  };
  return names.map((name) => orNothing(create[name](), logger));
}

/**
 * An attestor that fails says nothing. Policies only ever ask that a selector is there, so whoever needs
 * one of its selectors gets no identity meanwhile, and nobody gets one that they had not before.
 */
export function orNothing(attestor: WorkloadAttestor, logger: WorkloadApiLogger): WorkloadAttestor {
  return {
    name: attestor.name,
    attest: async (process: WorkloadProcess) => {
      try {
        return await attestor.attest(process);
      } catch (error) {
        // That is no failure of the attestor, and the one who asked has to hear of it.
        if (error instanceof ProcessGone) throw error;
        const reason = error instanceof DomainError ? { reason: error.code, ...error.context } : {};
        logger.warn(
          { err: error, ...reason, attestor: attestor.name, pid: process.pid },
          'an attestor failed: its selectors are missing',
        );
        return [];
      }
    },
  };
}
