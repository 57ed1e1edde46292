import { z } from 'zod';

/** What the issuer tells its operator of its audit; `GET /v1/audit-keys` tells anyone the keys. */
export const auditKey = z.object({
  /** The first 16 hex digits of the SHA-256 of `publicKey`. */
  keyId: z.string(),
  /** Ed25519, SubjectPublicKeyInfo in base64 of DER. */
  publicKey: z.base64(),
  pem: z.string(),
  createdAtMs: z.number(),
});
export const auditKeysAnswer = z.object({ keys: z.array(auditKey) });

export const auditCheckpoint = z.object({
  /** The `source` of the log's events. */
  log: z.string().optional(),
  atMs: z.number(),
  sequence: z.number().int().min(1),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  publicKey: z.base64(),
  signature: z.base64(),
});

/** `GET /admin/audit/checkpoints`: the newest of each log, or with `log` the newest 10,000 of that one. */
export const checkpointsQuery = z.object({ log: z.string().max(512).optional() });
export const checkpointsAnswer = z.object({ checkpoints: z.array(auditCheckpoint) });
