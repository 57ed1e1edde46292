export { type Postgres, startPostgres } from './postgres/postgres.ts';
export { ComponentFailed, ComponentMissing } from './stack.errors.ts';
