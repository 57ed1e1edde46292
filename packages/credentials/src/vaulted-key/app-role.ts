import { readFileSync } from 'node:fs';
import { z } from 'zod';

const appRole = z.object({ role_id: z.string().min(1), secret_id: z.string().min(1) });

/**
 * Secret zero: what a host must have before it can ask the vault for anything. It lies in a file, and
 * whoever reads the file is the host.
 */
export type AppRole = z.infer<typeof appRole>;

export function readAppRole(file: string): AppRole {
  return appRole.parse(JSON.parse(readFileSync(file, 'utf8')));
}
