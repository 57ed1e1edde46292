/** One file of Cedar text, with the name that errors call it by. */
export interface PolicyFile {
  readonly name: string;
  readonly text: string;
}

export interface PolicySource {
  /** In Cedar's own schema language. */
  readonly schema: PolicyFile;
  readonly policies: readonly PolicyFile[];
}

/** Cedar counts positions in bytes of UTF-8. */
export function lineAt(text: string, byteOffset: number): number {
  return Buffer.from(text).subarray(0, byteOffset).toString().split('\n').length;
}
