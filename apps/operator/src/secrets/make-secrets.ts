import { randomBytes } from 'node:crypto';
import { SecretFiles } from './secret-files.ts';

const ARMS = ['static-key', 'x509-svid'] as const;
/** 144 bits, in characters that need no escape in URLs, SQL, pgpass files or redis.conf. */
const random = () => randomBytes(18).toString('base64url');

/**
 * Makes every secret of the platform once, each into the volume of the service that needs it, and
 * what another service needs of it into that one's. What is there stays: a second run changes nothing.
 * Names what it made. A secret that two services share has one place from which the other is copied.
 */
export function makeSecrets(folder: string): string[] {
  const files = new SecretFiles(folder);
  files.once('postgres/superuser', random);
  const redis = files.once('redis/password', random);
  files.once('redis/redis.conf', () => redisConfiguration(redis));
  const jobsUrl = () => `redis://:${redis}@redis:6379`;

  files.once('issuer/pgpass', () => pgpass(files, 'issuer'));
  files.once('issuer/jobs-url', jobsUrl);
  files.once('issuer/key-encryption-key', () => randomBytes(32).toString('base64'));

  for (const arm of ARMS) {
    const suffix = arm.replaceAll('-', '_');
    files.once(`network-${arm}/pgpass`, () => pgpass(files, `network_${suffix}`));
    files.once(`network-${arm}/jobs-url`, jobsUrl);
    files.once(`postgrest-${arm}/pgpass`, () => pgpass(files, `authenticator_${suffix}`));
    // Shaped as Supabase's, and fake by construction.
    const publishable = files.once(`data-api-${arm}/publishable-key`, () => `sb_publishable_FAKE${random()}`);
    files.once(`data-api-${arm}/secret-key`, () => `sb_secret_FAKE${random()}`);
    const jwt = files.once(`data-api-${arm}/jwt-secret`, () => random() + random());
    files.once(`postgrest-${arm}/jwt-secret`, () => jwt);
    files.once(`network-${arm}/publishable-key`, () => publishable);
  }
  return files.made;
}

/** The role's password lies where PostgreSQL makes the role from it. */
function pgpass(files: SecretFiles, role: string): string {
  return `*:*:*:${role}:${files.once(`postgres/${role}`, random)}\n`;
}

/** Kept across restarts; queues are never thrown away to make room. */
function redisConfiguration(password: string): string {
  return [
    'bind * -::*',
    'port 6379',
    'dir /data',
    'appendonly yes',
    'appendfsync everysec',
    'maxmemory-policy noeviction',
    `requirepass ${password}`,
    '',
  ].join('\n');
}
