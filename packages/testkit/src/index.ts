export { type Postgres, startPostgres } from '@blastradius/stack';
export { type FakeClock, fakeClock } from './fake-clock.ts';
export {
  type OtlpReceiver,
  type ReceivedPoint,
  type ReceivedSpan,
  startOtlpReceiver,
} from './otlp-receiver.ts';
