/** An answer as Vault writes its errors: a status and a list of sentences, which may be empty. */
export class VaultError extends Error {
  readonly status: number;
  readonly errors: readonly string[];

  constructor(status: number, ...errors: string[]) {
    super(errors.join('; ') || `status ${status}`);
    this.status = status;
    this.errors = errors;
  }
}

/** One text for every refusal: it never says whether the token or its policy was at fault. */
export const permissionDenied = () => new VaultError(403, 'permission denied');
export const notFound = () => new VaultError(404);
