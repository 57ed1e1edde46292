import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { answered, authOf } from '../answered.ts';
import { durationSeconds } from '../duration.ts';
import { VaultError } from '../vault.errors.ts';
import type { VaultParts } from '../vault-parts.ts';

const names = z.union([z.array(z.string()), z.string().transform((list) => list.split(','))]);
const duration = z.union([z.string(), z.number()]).optional();
const role = z.object({
  token_policies: names.default([]),
  token_ttl: duration,
  token_max_ttl: duration,
  secret_id_ttl: duration,
  secret_id_num_uses: z.int().min(0).default(0),
});
const named = z.object({ name: z.string().min(1) });
const credentials = z.object({ role_id: z.string().default(''), secret_id: z.string().default('') });
const secretIdOnly = z.object({ secret_id: z.string().min(1) });

/** Vault's own default, 32 days. */
const DEFAULT_TTL_SECONDS = 768 * 3600;

export function approleRoutes(app: FastifyInstance, { roles, tokens, authorize }: VaultParts): void {
  app.post('/v1/auth/approle/login', async (request) => {
    const { role_id: roleId, secret_id: secretId } = credentials.parse(request.body ?? {});
    if (roleId === '') throw new VaultError(400, 'missing role_id');
    const { name, policies, tokenTtlSeconds, tokenMaxTtlSeconds } = roles.login(roleId, secretId);
    const token = tokens.issue({
      policies: ['default', ...policies.filter((policy) => policy !== 'default')],
      metadata: { role_name: name },
      path: 'auth/approle/login',
      ttlSeconds: tokenTtlSeconds,
      maxTtlSeconds: tokenMaxTtlSeconds,
    });
    return answered({ mountType: '', auth: authOf(tokens, token) });
  });
  app.post('/v1/auth/approle/role/:name', async (request, reply) => {
    const { name } = named.parse(request.params);
    authorize(request, roles.has(name) ? 'update' : 'create');
    const terms = role.parse(request.body ?? {});
    const tokenMaxTtlSeconds = durationSeconds(terms.token_max_ttl, 0) || DEFAULT_TTL_SECONDS;
    roles.put(name, {
      policies: terms.token_policies,
      tokenTtlSeconds: Math.min(
        durationSeconds(terms.token_ttl, 0) || DEFAULT_TTL_SECONDS,
        tokenMaxTtlSeconds,
      ),
      tokenMaxTtlSeconds,
      secretIdTtlSeconds: durationSeconds(terms.secret_id_ttl, 0),
      secretIdNumUses: terms.secret_id_num_uses,
    });
    return reply.code(204).send();
  });
  app.get('/v1/auth/approle/role/:name/role-id', async (request) => {
    authorize(request, 'read');
    const { roleId } = roles.role(named.parse(request.params).name);
    return answered({ mountType: 'approle', data: { role_id: roleId } });
  });
  app.post('/v1/auth/approle/role/:name/secret-id', async (request) => {
    authorize(request, 'update');
    const { secretId, accessor, ttlSeconds, numUses } = roles.createSecretId(
      named.parse(request.params).name,
    );
    return answered({
      mountType: 'approle',
      data: {
        secret_id: secretId,
        secret_id_accessor: accessor,
        secret_id_ttl: ttlSeconds,
        secret_id_num_uses: numUses,
      },
    });
  });
  app.post('/v1/auth/approle/role/:name/secret-id/destroy', async (request, reply) => {
    authorize(request, 'update');
    roles.destroySecretId(named.parse(request.params).name, secretIdOnly.parse(request.body).secret_id);
    return reply.code(204).send();
  });
}
