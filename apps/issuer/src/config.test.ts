import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { loadConfig } from './config.ts';

const environment = {
  TRUST_DOMAIN: 'moltbook.test',
  DATABASE_URL: 'postgres://issuer:secret@/issuer?host=%2Ftmp%2Fpg',
  KEY_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
  ADMIN_SOCKET: '/run/issuer.sock',
  X509_SVID_TTL_SECONDS: '7.5',
  AUTHORITY_TTL_SECONDS: '180',
  AUTHORITY_ROTATION_SECONDS: '60',
  AUTHORITY_ACTIVATION_DELAY_SECONDS: '0.5',
  BUNDLE_REFRESH_HINT_SECONDS: '1',
  LEDGER_FILE: '/var/ledger.jsonl',
};

describe('loadConfig', () => {
  it('reads fractions of seconds, and keeps jobs in the database unless told otherwise', () => {
    const config = loadConfig(environment);
    expect(config).toMatchObject({ port: 0, x509SvidTtlSeconds: 7.5, jobsUrl: environment.DATABASE_URL });
    expect(loadConfig({ ...environment, JOBS_URL: 'redis://127.0.0.1' }).jobsUrl).toBe('redis://127.0.0.1');
    expect(config.keyEncryptionKey).toHaveLength(32);
  });

  it('lets a bearer token live for five minutes, and no token longer than a certificate, unless told otherwise', () => {
    const ttls = (changes: Record<string, string>) => {
      const { jwtSvidTtlSeconds, witSvidTtlSeconds } = loadConfig({ ...environment, ...changes });
      return [jwtSvidTtlSeconds, witSvidTtlSeconds];
    };
    expect(ttls({})).toEqual([7.5, 7.5]);
    expect(ttls({ X509_SVID_TTL_SECONDS: '3600' })).toEqual([300, 3600]);
    expect(ttls({ JWT_SVID_TTL_SECONDS: '60', WIT_SVID_TTL_SECONDS: '90' })).toEqual([60, 90]);
  });

  it('has no token endpoint unless it is told by which name, which is https and has no path', () => {
    expect(loadConfig(environment).tokenEndpoint.issuer).toBeUndefined();
    const issuerOf = (TOKEN_ENDPOINT_ISSUER: string) =>
      loadConfig({ ...environment, TOKEN_ENDPOINT_ISSUER }).tokenEndpoint.issuer;
    expect(issuerOf('https://as.moltbook.test:8443')).toBe('https://as.moltbook.test:8443');
    for (const wrong of [
      'http://as.test',
      'https://as.test/',
      'https://as.test/x',
      'https://as.test?x',
      'https://u@as.test',
      'as',
    ]) {
      expect(() => issuerOf(wrong)).toThrow('TOKEN_ENDPOINT_ISSUER');
    }
  });

  it.each(Object.keys(environment))('does not start without %s', (name) => {
    expect(() => loadConfig({ ...environment, [name]: undefined })).toThrow(name);
  });

  it.each([
    ['KEY_ENCRYPTION_KEY', randomBytes(16).toString('base64')],
    ['TRUST_DOMAIN', 'Moltbook'],
    ['X509_SVID_TTL_SECONDS', '0'],
    ['PORT', '65536'],
    ['JWT_SVID_ISSUER', 'http://issuer.test'],
    ['X509POP_CA_FILE', '/no/such/file'],
    ['DATABASE_URL', 'mysql://x'],
    ['AUTHORITY_TTL_SECONDS', '60.5'],
  ])('refuses %s=%s, and never repeats a secret', (name, value) => {
    expect(() => loadConfig({ ...environment, [name]: value })).toThrow(name);
    expect(() => loadConfig({ ...environment, [name]: value })).not.toThrow(environment.KEY_ENCRYPTION_KEY);
  });
});
