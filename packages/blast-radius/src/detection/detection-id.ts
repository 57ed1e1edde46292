import { z } from 'zod';

export const detectionId = z.enum([
  'interleaved-connections',
  'connection-of-many',
  'unissued-certificate',
  'more-tokens-than-issued',
  'refused-proof',
  'made-up-credential',
  'foreign-identity',
  'ended-credential',
  'unknown-key',
  'retired-agent-seen',
  'open-table-read',
  'open-table-write',
  'refused-at-issuer',
  'unknown-workload',
  'refused-at-vault',
]);
export type DetectionId = z.infer<typeof detectionId>;
