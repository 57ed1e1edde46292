import { PinnedProcess } from '../attestation/pinned-process.ts';
import { readProcessOwner } from '../attestation/process-owner.ts';
import { WorkloadRequestInvalid } from '../workload-api.errors.ts';
import { brokerDefinition, PID_REFERENCE_TYPE, type WorkloadReference } from './broker-definition.ts';

export interface BrokerRequest {
  readonly reference: WorkloadReference | null;
}

/** The pid that a broker asks for. Throws for a reference that is none, or of a kind that this host can't resolve. */
export function referencedPid({ reference }: BrokerRequest): number {
  const packed = reference?.reference;
  if (!packed) throw invalid('workload reference must be provided');
  if (packed.type_url !== PID_REFERENCE_TYPE) throw invalid('only WorkloadPIDReference is served here');
  try {
    const { pid } = brokerDefinition().pidReference.deserialize(Buffer.from(packed.value));
    if (pid > 0) return pid;
  } catch (cause) {
    throw invalid('the workload reference is not readable', cause);
  }
  throw invalid('the pid must be a positive integer');
}

/**
 * The process of that pid, held by its start time: a stream that was opened for it gives nothing to the one
 * that has its pid later. Throws `ProcessGone`.
 */
export function pinReferencedProcess(request: BrokerRequest): PinnedProcess {
  const pid = referencedPid(request);
  const { uid, gid } = readProcessOwner(pid);
  return new PinnedProcess({ pid, uid, gid, pidfd: undefined });
}

function invalid(publicDetail: string, cause?: unknown): WorkloadRequestInvalid {
  return new WorkloadRequestInvalid(publicDetail, { publicDetail, cause });
}
