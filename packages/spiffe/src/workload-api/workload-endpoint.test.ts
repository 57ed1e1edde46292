import { describe, expect, it } from 'vitest';
import { workloadEndpointTarget } from './workload-endpoint.ts';

describe('workloadEndpointTarget', () => {
  it.each([
    ['unix:///run/spire/agent.sock', 'unix:///run/spire/agent.sock'],
    ['unix:/run/agent.sock', 'unix:///run/agent.sock'],
    ['tcp://127.0.0.1:8081', '127.0.0.1:8081'],
    ['tcp://[::1]:8081', '[::1]:8081'],
  ])('takes %s', (endpoint, target) => {
    expect(workloadEndpointTarget({ endpoint }, {})).toBe(target);
  });

  it.each([
    '/run/agent.sock',
    'unix://authority/agent.sock',
    'unix:relative.sock',
    'unix:///run/agent.sock?x=1',
    'tcp://localhost:8081',
    'tcp://127.0.0.1',
    'tcp://127.0.0.1:99999',
    'tcp://127.0.0.1:8081/path',
    'https://127.0.0.1:8081',
  ])('refuses %s', (endpoint) => {
    expect(() => workloadEndpointTarget({ endpoint }, {})).toThrow(
      expect.objectContaining({ code: 'workload-api.endpoint-invalid' }),
    );
  });

  it('comes from SPIFFE_ENDPOINT_SOCKET unless it is given', () => {
    const environment = { SPIFFE_ENDPOINT_SOCKET: 'unix:///from/environment' };
    expect(workloadEndpointTarget({}, environment)).toBe('unix:///from/environment');
    expect(workloadEndpointTarget({ socketPath: '/given' }, environment)).toBe('unix:///given');
    expect(() => workloadEndpointTarget({}, {})).toThrow('SPIFFE_ENDPOINT_SOCKET');
  });
});
