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

  it.each(Object.keys(environment))('does not start without %s', (name) => {
    expect(() => loadConfig({ ...environment, [name]: undefined })).toThrow(name);
  });

  it.each([
    ['KEY_ENCRYPTION_KEY', randomBytes(16).toString('base64')],
    ['TRUST_DOMAIN', 'Moltbook'],
    ['X509_SVID_TTL_SECONDS', '0'],
    ['PORT', '65536'],
    ['DATABASE_URL', 'mysql://x'],
    ['AUTHORITY_TTL_SECONDS', '60.5'],
  ])('refuses %s=%s, and never repeats a secret', (name, value) => {
    expect(() => loadConfig({ ...environment, [name]: value })).toThrow(name);
    expect(() => loadConfig({ ...environment, [name]: value })).not.toThrow(environment.KEY_ENCRYPTION_KEY);
  });
});
