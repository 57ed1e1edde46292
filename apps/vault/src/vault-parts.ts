import type { FastifyRequest } from 'fastify';
import type { AppRoles } from './approle/app-roles.ts';
import type { VersionedSecrets } from './kv/versioned-secrets.ts';
import type { Capability, Policies } from './policy/policies.ts';
import type { Token, Tokens } from './tokens/tokens.ts';

export interface VaultParts {
  readonly tokens: Tokens;
  readonly policies: Policies;
  readonly roles: AppRoles;
  readonly secrets: VersionedSecrets;
  /** The caller's token, which has this capability on the request's path; throws where it has not. */
  readonly authorize: (request: FastifyRequest, capability: Capability) => Token;
}
