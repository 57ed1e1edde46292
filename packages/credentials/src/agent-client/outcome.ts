/** `refused` is a decision of the server's; `failed` means that it made none. */
export type Outcome = 'accepted' | 'refused' | 'failed';

export function outcomeOfStatus(status: number): Outcome {
  if (status >= 200 && status < 300) return 'accepted';
  return status < 500 ? 'refused' : 'failed';
}

/** A TLS alert is the server's own answer to what was shown to it; any other error is none. */
export function outcomeOfError(code: string): Outcome {
  return /^ERR_SSL_.*_ALERT_/.test(code) ? 'refused' : 'failed';
}

/** The stable part of a network error: its code, from the innermost cause that has one. */
export function errorCode(error: unknown): string {
  const codes: string[] = [];
  for (let at = error; at instanceof Error && codes.length < 5; at = at.cause) {
    codes.push('code' in at && typeof at.code === 'string' ? at.code : at.name);
  }
  return codes.findLast((code) => code !== 'Error') ?? 'unknown';
}
