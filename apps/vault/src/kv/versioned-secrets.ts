import { notFound, VaultError } from '../vault.errors.ts';

export type Fields = Readonly<Record<string, unknown>>;

interface Version {
  readonly createdAt: string;
  deletedAt: string;
  /** Null once it is destroyed. */
  fields: Fields | null;
}

interface Secret {
  readonly createdAt: string;
  updatedAt: string;
  maxVersions: number;
  casRequired: boolean;
  customMetadata: Readonly<Record<string, string>> | null;
  current: number;
  readonly versions: Map<number, Version>;
}

export interface MetadataChange {
  readonly max_versions?: number | undefined;
  readonly cas_required?: boolean | undefined;
  readonly custom_metadata?: Readonly<Record<string, string>> | undefined;
}

/** Vault's own, where a key says nothing. */
const VERSIONS_MAX = 10;

/** The key-value store, version 2, of one mount; in memory alone, as in Vault's development mode. */
export class VersionedSecrets {
  readonly #secrets = new Map<string, Secret>();
  readonly #now: () => Date;

  constructor(now: () => Date) {
    this.#now = now;
  }

  has(path: string): boolean {
    return (this.#secrets.get(path)?.current ?? 0) > 0;
  }

  /** Adds a version. `cas` is the version that it is to follow; 0 for a secret that is not there. */
  write(path: string, fields: Fields, cas?: number) {
    const secret = this.#secrets.get(path) ?? this.#create(path);
    if (secret.casRequired && cas === undefined) {
      throw new VaultError(400, 'check-and-set parameter required for this call');
    }
    if (cas !== undefined && cas !== secret.current) {
      throw new VaultError(400, 'check-and-set parameter did not match the current version');
    }
    secret.current += 1;
    secret.updatedAt = this.#stamp();
    secret.versions.set(secret.current, { createdAt: secret.updatedAt, deletedAt: '', fields });
    for (const version of secret.versions.keys()) {
      if (version <= secret.current - secret.maxVersions) secret.versions.delete(version);
    }
    return this.#versionMetadata(secret, secret.current);
  }

  /** 0 is the latest. `data` is null where the version was deleted or destroyed; then the answer is 404 all the same. */
  read(path: string, version = 0) {
    const secret = this.#find(path);
    const number = version === 0 ? secret.current : version;
    const found = secret.versions.get(number);
    if (!found) throw notFound();
    const isGone = found.deletedAt !== '' || found.fields === null;
    return {
      isGone,
      body: { data: isGone ? null : found.fields, metadata: this.#versionMetadata(secret, number) },
    };
  }

  /** Takes versions away so that they can be brought back; without numbers the latest. */
  delete(path: string, versions?: readonly number[]): void {
    const secret = this.#secrets.get(path);
    if (!secret) return;
    for (const version of this.#these(secret, versions)) version.deletedAt ||= this.#stamp();
  }

  undelete(path: string, versions: readonly number[]): void {
    for (const version of this.#these(this.#find(path), versions)) version.deletedAt = '';
  }

  /** For good. */
  destroy(path: string, versions: readonly number[]): void {
    for (const version of this.#these(this.#find(path), versions)) version.fields = null;
  }

  metadata(path: string) {
    const secret = this.#find(path);
    return {
      cas_required: secret.casRequired,
      created_time: secret.createdAt,
      current_version: secret.current,
      custom_metadata: secret.customMetadata,
      delete_version_after: '0s',
      max_versions: secret.maxVersions === VERSIONS_MAX ? 0 : secret.maxVersions,
      oldest_version: Math.min(...secret.versions.keys(), secret.current),
      updated_time: secret.updatedAt,
      versions: Object.fromEntries(
        [...secret.versions].map(([number, { createdAt, deletedAt, fields }]) => [
          number,
          { created_time: createdAt, deletion_time: deletedAt, destroyed: fields === null },
        ]),
      ),
    };
  }

  changeMetadata(path: string, change: MetadataChange): void {
    const secret = this.#secrets.get(path) ?? this.#create(path);
    secret.maxVersions = change.max_versions || secret.maxVersions;
    secret.casRequired = change.cas_required ?? secret.casRequired;
    secret.customMetadata = change.custom_metadata ?? secret.customMetadata;
  }

  /** The secret with all of its versions. */
  forget(path: string): void {
    this.#secrets.delete(path);
  }

  /** What is directly below; folders end in a slash. */
  list(folder: string): string[] {
    const prefix = folder === '' || folder.endsWith('/') ? folder : `${folder}/`;
    const below = [...this.#secrets.keys()].filter((path) => path.startsWith(prefix));
    if (below.length === 0) throw notFound();
    const names = below.map((path) => path.slice(prefix.length).replace(/\/.*$/, '/'));
    return [...new Set(names)].sort();
  }

  #create(path: string): Secret {
    const createdAt = this.#stamp();
    const secret: Secret = {
      createdAt,
      updatedAt: createdAt,
      maxVersions: VERSIONS_MAX,
      casRequired: false,
      customMetadata: null,
      current: 0,
      versions: new Map(),
    };
    this.#secrets.set(path, secret);
    return secret;
  }

  #find(path: string): Secret {
    const secret = this.#secrets.get(path);
    if (!secret) throw notFound();
    return secret;
  }

  #these(secret: Secret, versions: readonly number[] = [secret.current]): Version[] {
    return versions.flatMap((number) => secret.versions.get(number) ?? []);
  }

  #versionMetadata(secret: Secret, number: number) {
    const version = secret.versions.get(number);
    return {
      created_time: version?.createdAt ?? '',
      custom_metadata: secret.customMetadata,
      deletion_time: version?.deletedAt ?? '',
      destroyed: version?.fields === null,
      version: number,
    };
  }

  #stamp(): string {
    return this.#now().toISOString();
  }
}
