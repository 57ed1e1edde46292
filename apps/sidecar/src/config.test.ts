import { describe, expect, it } from 'vitest';
import { loadConfig } from './config.ts';

const minimal = {
  ISSUER_URL: 'https://127.0.0.1:8445',
  TRUST_DOMAIN: 'moltbook.test',
  JOIN_TOKEN: 'token',
  BOOTSTRAP_BUNDLE: 'AAAA,BBBB',
  WORKLOAD_API_SOCKET: '/run/api.sock',
};
const egress = {
  EGRESS_PORT: '8090',
  EGRESS_UPSTREAM_URL: 'https://network:8443',
  EGRESS_UPSTREAM_SPIFFE_ID: 'spiffe://moltbook.test/network',
};
const { JOIN_TOKEN: _, ...withoutToken } = minimal;

describe('loadConfig', () => {
  it('takes what there is, and opens no egress proxy unless it is told to', () => {
    expect(loadConfig(minimal)).toMatchObject({
      issuerUrls: ['https://127.0.0.1:8445'],
      admission: { joinToken: { value: 'token' }, bootstrapBundle: { value: 'AAAA,BBBB' } },
      egress: undefined,
    });
  });

  it('takes several issuers, and files instead of secrets', () => {
    const ISSUER_URL = 'https://issuer-1:8445,https://issuer-2:8445';
    const config = loadConfig({ ...withoutToken, ISSUER_URL, JOIN_TOKEN_FILE: '/run/token' });
    expect(config).toMatchObject({
      issuerUrls: ['https://issuer-1:8445', 'https://issuer-2:8445'],
      admission: { joinToken: { file: '/run/token' } },
    });
  });

  it('takes the certificate of its node instead of a token', () => {
    const files = { X509POP_CERTIFICATE_FILE: '/run/node.pem', X509POP_KEY_FILE: '/run/node.key' };
    const { admission } = loadConfig({ ...withoutToken, ...files });
    expect(admission).toEqual({
      nodeCertificate: { certificateFile: '/run/node.pem', keyFile: '/run/node.key' },
      bootstrapBundle: { value: 'AAAA,BBBB' },
    });
  });

  it('takes the upstream of the egress proxy', () => {
    expect(loadConfig({ ...minimal, ...egress }).egress).toMatchObject({
      port: 8090,
      routes: [
        {
          origin: 'https://network:8443',
          server: { kind: 'spiffe-id', spiffeId: 'spiffe://moltbook.test/network' },
          credential: { kind: 'x509-svid' },
          callers: ['spiffe://moltbook.test/*'],
        },
      ],
    });
  });

  it('attests by user and script, and by containers where it is told whom to ask', () => {
    expect(loadConfig(minimal).attestation).toEqual({ names: ['unix', 'interpreter'] });
    const docker = { WORKLOAD_ATTESTORS: 'unix,docker', DOCKER_FACTS_SOCKET: '/run/facts.sock' };
    expect(loadConfig({ ...minimal, ...docker }).attestation).toEqual({
      names: ['unix', 'docker'],
      docker: { factsSocket: '/run/facts.sock', engineUid: 0 },
    });
  });

  it.each([
    ['an attestor that is none', { WORKLOAD_ATTESTORS: 'unix,magic' }],
    ['no attestor', { WORKLOAD_ATTESTORS: '' }],
    ['containers without anyone to ask', { WORKLOAD_ATTESTORS: 'docker' }],
    ['someone to ask about containers, and nobody who asks', { DOCKER_FACTS_SOCKET: '/run/facts.sock' }],
    ['a token and its file', { JOIN_TOKEN_FILE: '/run/token' }],
    ['a token and a certificate', { X509POP_CERTIFICATE_FILE: '/c', X509POP_KEY_FILE: '/k' }],
    ['a certificate without its key', { JOIN_TOKEN: undefined, X509POP_CERTIFICATE_FILE: '/c' }],
    ['an issuer without TLS', { ISSUER_URL: 'http://issuer:8445' }],
    ['one of two issuers without TLS', { ISSUER_URL: 'https://a:1,http://b:1' }],
    ['a bundle that is no base64', { BOOTSTRAP_BUNDLE: 'AAAA,?' }],
    ['an egress proxy without an upstream', { EGRESS_PORT: '0' }],
    ['an upstream beside a file of routes', { ...egress, EGRESS_ROUTES_FILE: '/run/routes.yaml' }],
    ['an upstream without TLS', { ...egress, EGRESS_UPSTREAM_URL: 'http://network:8443' }],
    ['an upstream with a path', { ...egress, EGRESS_UPSTREAM_URL: 'https://network:8443/api' }],
    ['an upstream of another trust domain', { ...egress, EGRESS_UPSTREAM_SPIFFE_ID: 'spiffe://x.test/n' }],
  ])('refuses %s', (_reason, changes) => {
    expect(() => loadConfig({ ...minimal, ...changes })).toThrow();
  });

  it('refuses to start with no token at all', () => {
    expect(() => loadConfig(withoutToken)).toThrow('JOIN_TOKEN');
  });
});
