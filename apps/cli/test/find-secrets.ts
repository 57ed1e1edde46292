/** What no secret of ours can do without, whoever's it is. */
const SHAPES = [
  /moltbook_(?:sk|claim)_[\w-]+/,
  /sb_secret_[\w-]+/,
  /Bearer [\w.-]{8,}/,
  /\beyJ[\w-]+\.[\w-]+\./,
  /PRIVATE KEY/,
  /postgres(?:ql)?:\/\/[^\s:]+:[^\s@]+@/,
];

/** The first dozen characters give a secret away as well as all of it; a line may be cut off. */
const PREFIX = 12;

/** Every secret that shows in the text, the known ones by their beginning and the others by their shape. */
export function findSecrets(text: string, known: readonly string[]): string[] {
  const byValue = known.filter((secret) => text.includes(secret.slice(0, PREFIX)));
  return [...byValue, ...SHAPES.flatMap((shape) => shape.exec(text)?.[0] ?? [])];
}
