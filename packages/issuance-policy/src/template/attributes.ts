import { closest } from '@blastradius/kernel';

/** What attestors of ours say of a process, by their name; `keyed` kinds have a key before their value. */
const ATTESTED: Readonly<Record<string, Readonly<Record<string, 'plain' | 'keyed'>>>> = {
  unix: {
    ...{ uid: 'plain', user: 'plain', gid: 'plain', group: 'plain', path: 'plain', sha256: 'plain' },
    ...{ supplementary_gid: 'plain', supplementary_group: 'plain' },
  },
  interpreter: { path: 'plain', sha256: 'plain' },
  docker: { image_id: 'plain', image_config_digest: 'keyed', label: 'keyed' },
  systemd: { id: 'plain', fragment_path: 'plain' },
};

/** What a template may name that no selector says. */
export const BUILT_IN = ['trustDomain', 'node', 'instance'] as const;

const KEY = /^[A-Za-z0-9._/-]+$/;

export interface AttributeDefect {
  readonly message: string;
  readonly suggestion?: string;
}

/** Why `{{name}}` names nothing that could be attested; undefined where it does. */
export function attributeDefect(name: string): AttributeDefect | undefined {
  if ((BUILT_IN as readonly string[]).includes(name)) return undefined;
  const { attestor, kind, key } = partsOf(name);
  const kinds = ATTESTED[attestor];
  if (kind === undefined || kinds === undefined) return unknown(name);
  const form = kinds[kind];
  if (form === undefined) return unknown(name);
  if (form === 'plain' && key !== undefined) {
    return { message: `the attribute ${attestor}.${kind} has no key`, suggestion: `{{${attestor}.${kind}}}` };
  }
  if (form === 'keyed' && (key === undefined || !KEY.test(key))) {
    const example = kind === 'label' ? 'agent' : 'sha256';
    return {
      message: `the attribute ${attestor}.${kind} needs a key of A-Z a-z 0-9 . _ / -`,
      suggestion: `{{${attestor}.${kind}.${example}}}`,
    };
  }
  return undefined;
}

/**
 * The beginning of the selectors that give the attribute its value, which is all of the rest. A key has no
 * colon, so that none of them is also that of another attribute with a longer key.
 */
export function selectorPrefixOf(attribute: string): string {
  const { attestor, kind, key } = partsOf(attribute);
  return `${attestor}:${kind}:${key === undefined ? '' : `${key}:`}`;
}

/** The first two dots divide; a key may have further ones, as labels do (`com.example.agent`). */
function partsOf(name: string) {
  const [attestor = '', kind, ...key] = name.split('.');
  return { attestor, kind, key: key.length === 0 ? undefined : key.join('.') };
}

function unknown(name: string): AttributeDefect {
  const { key } = partsOf(name);
  const names = Object.entries(ATTESTED).flatMap(([attestor, kinds]) =>
    Object.entries(kinds).map(
      ([kind, form]) => `${attestor}.${kind}${form === 'keyed' ? `.${key ?? 'key'}` : ''}`,
    ),
  );
  const near = closest(name, [...names, ...BUILT_IN]);
  const message = `no attestor gives an attribute {{${name}}}`;
  return near === undefined ? { message } : { message, suggestion: `{{${near}}}` };
}
