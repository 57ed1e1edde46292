import { createHash, randomUUID } from 'node:crypto';
import { notFound, VaultError } from '../vault.errors.ts';

export interface RoleTerms {
  readonly policies: readonly string[];
  readonly tokenTtlSeconds: number;
  readonly tokenMaxTtlSeconds: number;
  /** 0 for one that never ends. */
  readonly secretIdTtlSeconds: number;
  /** 0 for as often as one likes. */
  readonly secretIdNumUses: number;
}

interface Role extends RoleTerms {
  readonly name: string;
  readonly roleId: string;
  readonly secretIds: Map<
    string,
    { readonly accessor: string; readonly endsAtMs: number | null; uses: number }
  >;
}

/** Machines that log in with a role id and a secret id. Of a secret id only the hash is kept. */
export class AppRoles {
  readonly #byName = new Map<string, Role>();
  readonly #now: () => Date;

  constructor(now: () => Date) {
    this.#now = now;
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  put(name: string, terms: RoleTerms): void {
    const known = this.#byName.get(name);
    this.#byName.set(name, {
      ...terms,
      name,
      roleId: known?.roleId ?? randomUUID(),
      secretIds: known?.secretIds ?? new Map(),
    });
  }

  role(name: string): Role {
    const role = this.#byName.get(name);
    if (!role) throw notFound();
    return role;
  }

  createSecretId(name: string) {
    const role = this.role(name);
    const secretId = randomUUID();
    const accessor = randomUUID();
    const { secretIdTtlSeconds: ttl, secretIdNumUses: uses } = role;
    const endsAtMs = ttl === 0 ? null : this.#now().getTime() + ttl * 1000;
    role.secretIds.set(hash(secretId), { accessor, endsAtMs, uses });
    return { secretId, accessor, ttlSeconds: ttl, numUses: uses };
  }

  destroySecretId(name: string, secretId: string): void {
    this.role(name).secretIds.delete(hash(secretId));
  }

  /** One text for whichever of the two is wrong. */
  login(roleId: string, secretId: string): Role {
    const role = [...this.#byName.values()].find((known) => known.roleId === roleId);
    const held = role?.secretIds.get(hash(secretId));
    const isOver = held?.endsAtMs != null && held.endsAtMs <= this.#now().getTime();
    if (!role || !held || isOver) throw new VaultError(400, 'invalid role or secret ID');
    if (held.uses === 1) role.secretIds.delete(hash(secretId));
    else if (held.uses > 1) held.uses -= 1;
    return role;
  }
}

const hash = (secretId: string) => createHash('sha256').update(secretId).digest('hex');
