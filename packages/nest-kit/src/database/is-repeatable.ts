/** Whether a statement may be made twice: it reads only, or it does no more than begin. Pure. */
export function isRepeatable(sql: string): boolean {
  if (/^\s*(begin|start transaction)\b/i.test(sql)) return true;
  return /^\s*(select|with)\b/i.test(sql) && !effects.test(sql);
}

/** Errs on the side of "no": a column of such a name costs a repetition, nothing else. */
const effects =
  /\b(insert|update|delete|merge|truncate|into|share|nextval|setval|set_config|pg_notify|pg_advisory\w*)\b/i;
