import type { OpenBackend } from './open-backend.ts';
import { partOf } from './techniques.ts';
import type { Thief } from './thief.ts';

/** Asks the backend itself what there is to take. */
export async function listTables({ attempts }: Thief, backend: OpenBackend): Promise<string[]> {
  const { tables } = await attempts.make(
    {
      ...partOf('list-tables'),
      vector: 'hole',
      action: 'list-tables',
      forges: false,
      victim: null,
      presented: 'publishable-key',
    },
    () => backend.listTables(),
    ({ requestId, outcome, status, tables }) => ({ requestId, outcome, status, rows: tables.length }),
  );
  return tables;
}
