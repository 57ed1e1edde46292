import pg from 'pg';

/** Whether the statement failed because of a unique constraint (SQLSTATE 23505), and of which. */
export function violatedUniqueConstraint(error: unknown): string | null {
  if (!(error instanceof pg.DatabaseError) || error.code !== '23505') return null;
  return error.constraint ?? '';
}
