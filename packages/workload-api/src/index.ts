export { attestProcess } from './attestation/attest-process.ts';
export {
  createWorkloadAttestors,
  WORKLOAD_ATTESTORS,
  type WorkloadAttestorName,
  type WorkloadAttestorsOptions,
} from './attestation/create-attestors.ts';
export type { WorkloadAttestor } from './attestation/workload-attestor.ts';
export type { BrokeredIdentities } from './broker/broker-handlers.ts';
export { type BrokerApiOptions, startBrokerApi } from './broker/start-broker-api.ts';
export type { WorkloadApiLogger } from './logger.ts';
export type { CallRefusal, ObservedCall, OnCall } from './observed-call.ts';
export { shieldProcess } from './shield-process.ts';
export { startWorkloadApi, type WorkloadApi, type WorkloadApiOptions } from './start-workload-api.ts';
export { type AttestedTcpPeer, TcpPeerAttestation } from './tcp-peer/attest-tcp-peer.ts';
export type {
  JwtIdentities,
  JwtSvidRequest,
  TokenBundles,
  TokenBundlesWatcher,
  WitIdentities,
  WitSvidsWatcher,
} from './token-identities.ts';
export type { IdentitiesWatcher, WorkloadIdentities, X509Snapshot } from './workload-identities.ts';
