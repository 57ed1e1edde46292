const secretShapes = [
  /sk-[A-Za-z0-9_-]{20,}/g,
  /AKIA[0-9A-Z]{16}/g,
  /gh[pousr]_[A-Za-z0-9]{36,}/g,
  /github_pat_[A-Za-z0-9_]{22,}/g,
  /xox[baprs]-[A-Za-z0-9-]{10,}/g,
  /AIza[0-9A-Za-z_-]{35}/g,
];
const emailShape = /[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+/g;

/** The third parties' keys in a text, by the shapes that providers give them. */
export function mineSecrets(text: string): string[] {
  return [...new Set(secretShapes.flatMap((shape) => text.match(shape) ?? []))];
}

export function mineEmails(text: string): string[] {
  return [...new Set(text.match(emailShape) ?? [])];
}
