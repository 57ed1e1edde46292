/** Something about a set of policies that its writer has to mend, or (a warning) may not have meant. */
export interface PolicyProblem {
  readonly policyId: string;
  /** From the top of the request: `['policies', 3, 'dnsNames', 0]`. */
  readonly path: readonly (string | number)[];
  /** Where in the text at that path, in UTF-16 units. */
  readonly offset?: number;
  readonly message: string;
  readonly suggestion?: string | undefined;
}

/** In one line, with the policy and the field. */
export function problemText({ policyId, path, message, suggestion }: PolicyProblem): string {
  const field = path.slice(2).join('.');
  const hint = suggestion === undefined ? '' : ` (try ${suggestion})`;
  return `policy ${policyId}${field === '' ? '' : `, ${field}`}: ${message}${hint}`;
}
