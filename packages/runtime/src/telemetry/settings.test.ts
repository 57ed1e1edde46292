import { describe, expect, it } from 'vitest';
import { readTelemetrySettings } from './settings.ts';

const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/' };

describe('readTelemetrySettings', () => {
  it('sends nothing where no collector is named, or where it was told so', () => {
    expect(readTelemetrySettings('issuer', {})).toBeUndefined();
    expect(readTelemetrySettings('issuer', { OTEL_EXPORTER_OTLP_ENDPOINT: '' })).toBeUndefined();
    expect(readTelemetrySettings('issuer', { ...endpoint, OTEL_SDK_DISABLED: 'true' })).toBeUndefined();
    expect(readTelemetrySettings('issuer', { ...endpoint, OTEL_SDK_DISABLED: 'false' })).toBeDefined();
  });

  it('samples a twentieth and sends metrics every ten seconds unless told otherwise', () => {
    expect(readTelemetrySettings('issuer', endpoint)).toMatchObject({
      endpoint: 'http://collector:4318',
      sampler: 'parentbased_traceidratio',
      samplingRatio: 0.05,
      metricIntervalMs: 10_000,
      resource: { 'service.name': 'issuer' },
    });
  });

  it('takes name and resource from OpenTelemetry’s own variables, the name before the resource', () => {
    const settings = readTelemetrySettings('issuer', {
      ...endpoint,
      OTEL_SERVICE_NAME: 'issuer-2',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=two%20words, service.name=other,nonsense',
    });
    expect(settings?.resource).toMatchObject({
      'service.name': 'issuer-2',
      'deployment.environment.name': 'two words',
    });
    expect(settings?.resource).not.toHaveProperty('nonsense');
  });

  it.each([
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' },
    { ...endpoint, OTEL_TRACES_SAMPLER: 'some' },
    { ...endpoint, OTEL_TRACES_SAMPLER_ARG: '5' },
    { ...endpoint, OTEL_METRIC_EXPORT_INTERVAL: '1' },
  ])('refuses what it would have to guess at: %j', (env) => {
    const last = Object.keys(env).at(-1) ?? '';
    expect(() => readTelemetrySettings('issuer', env)).toThrow(last);
  });
});
