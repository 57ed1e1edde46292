import { ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { SamplingDecision } from '@opentelemetry/sdk-trace';
import { describe, expect, it } from 'vitest';
import { createSampler } from './sampler.ts';

/** The ratio is held against the number that the trace id's parts make: none, and all but the largest. */
const KEPT = '00000000000000000000000000000001';
const LEFT_OUT = 'ffffffff000000000000000000000000';

function decide(sampler: ReturnType<typeof createSampler>, traceId: string, callerSays?: 0 | 1): boolean {
  const parent =
    callerSays === undefined
      ? ROOT_CONTEXT
      : trace.setSpanContext(ROOT_CONTEXT, {
          traceId,
          spanId: '00000000000000ff',
          traceFlags: callerSays,
          isRemote: true,
        });
  const { decision } = sampler.shouldSample(parent, traceId, 'GET', SpanKind.SERVER, {}, []);
  return decision === SamplingDecision.RECORD_AND_SAMPLED;
}

describe('createSampler', () => {
  const byRatio = createSampler({ sampler: 'parentbased_traceidratio', samplingRatio: 0.05 });

  it('decides by the trace’s id where it begins', () => {
    expect(decide(byRatio, KEPT)).toBe(true);
    expect(decide(byRatio, LEFT_OUT)).toBe(false);
  });

  it('lets no stranger have every request recorded by saying that it is sampled', () => {
    expect(decide(byRatio, LEFT_OUT, 1)).toBe(false);
    expect(decide(byRatio, KEPT, 1)).toBe(true);
    expect(decide(byRatio, KEPT, 0)).toBe(false);
  });

  it('believes its callers where it was told to', () => {
    const sampler = createSampler({ sampler: 'parentbased_always_off', samplingRatio: 0.05 });
    expect(decide(sampler, LEFT_OUT, 1)).toBe(true);
    expect(decide(sampler, LEFT_OUT)).toBe(false);
  });
});
