import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';
import type { TelemetrySettings } from './settings.ts';

/**
 * The sampler that `OTEL_TRACES_SAMPLER` names. With `parentbased_traceidratio` a caller's word that
 * its trace is sampled counts for nothing: the ratio is applied to its trace id once more, which
 * comes out the same for our own callers, and lets no stranger have us record everything.
 */
export function createSampler({
  sampler,
  samplingRatio,
}: Pick<TelemetrySettings, 'sampler' | 'samplingRatio'>): Sampler {
  const byRatio = new TraceIdRatioBasedSampler(samplingRatio);
  switch (sampler) {
    case 'always_on':
      return new AlwaysOnSampler();
    case 'always_off':
      return new AlwaysOffSampler();
    case 'traceidratio':
      return byRatio;
    case 'parentbased_always_on':
      return new ParentBasedSampler({ root: new AlwaysOnSampler() });
    case 'parentbased_always_off':
      return new ParentBasedSampler({ root: new AlwaysOffSampler() });
    case 'parentbased_traceidratio':
      return new ParentBasedSampler({ root: byRatio, remoteParentSampled: byRatio });
  }
}
