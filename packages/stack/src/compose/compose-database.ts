import { ComponentFailed } from '../stack.errors.ts';
import type { Containers } from './containers.ts';

const PSQL = ['psql', '-X', '-q', '-U', 'postgres', '-v', 'ON_ERROR_STOP=1', '-v', 'VERBOSITY=verbose'];
const DEADLOCK_DETECTED = 'ERROR:  40P01';
const ATTEMPTS = 10;

/** The backend's database of one arm, as its administrator sees it from inside PostgreSQL's container. */
export interface ComposeDatabase {
  administer(sql: string): Promise<void>;
  inspect<Row extends object>(sql: string): Promise<Row[]>;
}

export function composeDatabase(containers: Containers, database: string): ComposeDatabase {
  const psql = (args: readonly string[], sql: string) =>
    containers.exec('postgres', [...PSQL, '-d', database, ...args, '-f', '-'], sql);
  return {
    administer: async (sql) => {
      for (let attempt = 1; ; attempt++) {
        try {
          return void (await psql(['-1'], sql));
        } catch (error) {
          // A change of many tables may meet the network's own locks the wrong way round.
          const isDeadlock = error instanceof ComponentFailed && error.message.includes(DEADLOCK_DETECTED);
          if (!isDeadlock || attempt === ATTEMPTS) throw error;
        }
      }
    },
    inspect: async <Row extends object>(sql: string) => {
      const rows = `select coalesce(json_agg(found), '[]') from (${sql}) as found`;
      return JSON.parse(await psql(['-tA'], rows)) as Row[];
    },
  };
}
