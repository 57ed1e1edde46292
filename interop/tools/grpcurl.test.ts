import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runClient } from '../client-program.ts';
import { goTool } from '../go-tools.ts';
import { type RunningTrustDomain, startTrustDomain } from '../trust-domain.ts';

const file = await goTool({
  module: 'github.com/fullstorydev/grpcurl',
  version: 'v1.9.3',
  package: 'cmd/grpcurl',
});
const HEADER = ['-H', 'workload.spiffe.io: true'];

describe.skipIf(file === undefined)('grpcurl', () => {
  let domain: RunningTrustDomain;
  beforeAll(async () => {
    domain = await startTrustDomain();
    await domain.grant([{ hint: 'agent', path: '/agent' }]);
  });
  afterAll(() => domain?.stop());

  // The -unix of this version dials TCP, so that the socket is named as an address. As older versions do,
  // it is made to send the socket's path as :authority, which no HTTP/2 server of Node takes unrepaired.
  it.each(['as it does by itself', 'as localhost', "by the socket's path"])(
    'lists the service by reflection, calling the server %s',
    async (as) => {
      const authority = as === 'as localhost' ? 'localhost' : domain.socketPath;
      const options = as === 'as it does by itself' ? [] : ['-authority', authority];
      const { lines, exitCode, complaint } = await grpcurl(options, ['list']);
      expect({ exitCode, complaint }).toEqual({ exitCode: 0, complaint: '' });
      expect(lines).toEqual(expect.arrayContaining(['SpiffeWorkloadAPI', 'grpc.health.v1.Health']));
    },
  );

  it('describes every method of the service', async () => {
    const { lines } = await grpcurl([], ['describe', 'SpiffeWorkloadAPI']);
    const text = lines.join('\n');
    for (const method of ['FetchX509SVID', 'FetchX509Bundles', 'FetchJWTSVID', 'FetchJWTBundles']) {
      expect(text).toContain(`rpc ${method} `);
    }
    for (const method of ['ValidateJWTSVID', 'FetchWITSVID', 'FetchWITBundles']) {
      expect(text).toContain(`rpc ${method} `);
    }
  });

  it('fetches a JWT-SVID with the header that the standard asks for, and is refused without it', async () => {
    const data = ['-d', '{"audience":["https://service.test/"]}'];
    const method = 'SpiffeWorkloadAPI/FetchJWTSVID';
    const fetched = await grpcurl([...HEADER, ...data], [method]);
    expect(fetched.lines.join('')).toContain(`spiffe://${domain.name}/agent`);
    const refused = await grpcurl(data, [method]);
    expect(refused.exitCode).not.toBe(0);
    expect(refused.complaint).toContain('InvalidArgument');
  });

  function grpcurl(options: readonly string[], what: readonly string[]) {
    const args = ['-plaintext', ...options, domain.endpoint, ...what];
    return runClient({ file: file ?? '', args }, [], domain.endpoint);
  }
});
