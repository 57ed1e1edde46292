import { z } from 'zod';
import { VaultError } from '../vault.errors.ts';

const capability = z.enum(['create', 'read', 'update', 'patch', 'delete', 'list', 'sudo', 'deny']);
export type Capability = z.infer<typeof capability>;

interface Rule {
  readonly path: string;
  readonly capabilities: readonly Capability[];
}

const jsonPolicy = z.object({
  path: z.record(z.string(), z.object({ capabilities: z.array(capability) })),
});

/** What every token may do with itself, as Vault's own `default` policy has it. */
const defaultPolicy = [
  { path: 'auth/token/lookup-self', capabilities: ['read'] },
  { path: 'auth/token/renew-self', capabilities: ['update'] },
  { path: 'auth/token/revoke-self', capabilities: ['update'] },
] as const satisfies readonly Rule[];

/** ACL policies by name. What no policy allows is denied; where several rules match, the most specific one decides. */
export class Policies {
  readonly #rules = new Map<string, readonly Rule[]>([['default', defaultPolicy]]);
  readonly #texts = new Map<string, string>();

  put(name: string, text: string): void {
    this.#rules.set(name, parsePolicy(text));
    this.#texts.set(name, text);
  }

  textOf(name: string): string | undefined {
    return this.#texts.get(name);
  }

  allow(names: readonly string[], path: string, wanted: Capability): boolean {
    if (names.includes('root')) return true;
    const matching = names
      .flatMap((name) => this.#rules.get(name) ?? [])
      .filter((rule) => covers(rule.path, path));
    const best = matching.reduce((longest, rule) => Math.max(longest, weightOf(rule.path)), -1);
    const deciding = matching.filter((rule) => weightOf(rule.path) === best);
    const granted = deciding.flatMap(({ capabilities }) => capabilities);
    return !granted.includes('deny') && granted.includes(wanted);
  }
}

/** HCL of the one shape that policies have, `path "..." { capabilities = [...] }`, or the same as JSON. */
export function parsePolicy(text: string): Rule[] {
  const trimmed = text.trim();
  if (trimmed.startsWith('{')) {
    const { path } = checked(() => jsonPolicy.parse(JSON.parse(trimmed)));
    return Object.entries(path).map(([of, { capabilities }]) => ({ path: of, capabilities }));
  }
  const block = /path\s+"([^"]+)"\s*\{\s*capabilities\s*=\s*\[([^\]]*)\]\s*\}/g;
  const withoutComments = trimmed.replace(/^\s*(#|\/\/).*$/gm, '');
  if (withoutComments.replace(block, '').trim() !== '') {
    throw new VaultError(400, 'failed to parse policy: only path blocks with capabilities are known here');
  }
  return [...withoutComments.matchAll(block)].map(([, path = '', list = '']) => ({
    path,
    capabilities: checked(() =>
      z.array(capability).parse([...list.matchAll(/"([^"]+)"/g)].map(([, name]) => name)),
    ),
  }));
}

function checked<T>(parse: () => T): T {
  try {
    return parse();
  } catch {
    throw new VaultError(400, 'failed to parse policy');
  }
}

/** `+` stands for one segment, a `*` at the end for any rest. */
function covers(pattern: string, path: string): boolean {
  const escaped = pattern.replace(/[.?^${}()|[\]\\]/g, '\\$&').replaceAll('+', '[^/]+');
  const expression = escaped.endsWith('*') ? `${escaped.slice(0, -1)}.*` : escaped;
  return !expression.slice(0, -2).includes('*') && new RegExp(`^${expression}$`).test(path);
}

/** The longer literal beginning wins; among equals the rule without a wildcard. */
function weightOf(pattern: string): number {
  const literal = pattern.search(/[+*]/);
  return literal === -1 ? pattern.length * 2 + 1 : literal * 2;
}
