export { certificateRequests } from './certificate-requests.ts';
export { type FakeClock, fakeClock } from './fake-clock.ts';
export { intermediateBelow } from './intermediate-authority.ts';
export { type KeepAliveLoadOptions, type KeepAliveResult, keepAliveLoad } from './keep-alive-load.ts';
export { freePort } from './loopback-port.ts';
export { NodeCa, type NodeCertificate, type NodeCertificateChanges, otherUsages } from './node-ca.ts';
export {
  type OtlpReceiver,
  type ReceivedPoint,
  type ReceivedSpan,
  startOtlpReceiver,
} from './otlp-receiver.ts';
export { type AppProcess, startAppProcess } from './start-app-process.ts';
export { type Postgres, startEmbeddedPostgres, startPostgres } from './start-postgres.ts';
export { type Redis, startRedis } from './start-redis.ts';
