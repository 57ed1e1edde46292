import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { answered, authOf } from '../answered.ts';
import { durationSeconds } from '../duration.ts';
import { permissionDenied, VaultError } from '../vault.errors.ts';
import type { VaultParts } from '../vault-parts.ts';
import type { Token } from './tokens.ts';

const increment = z.object({ increment: z.union([z.string(), z.number()]).optional() }).nullish();
const other = z.object({ token: z.string().min(1) });

/** What a token may ask of itself, and what others may do to it. */
export function tokenRoutes(app: FastifyInstance, { tokens, authorize }: VaultParts): void {
  const lookedUp = (token: Token) => {
    const { id, accessor, policies, metadata, path, createdAtMs, ttlSeconds, endsAtMs } = token;
    return answered({
      mountType: 'token',
      data: {
        id,
        accessor,
        policies,
        meta: metadata,
        path,
        creation_time: Math.floor(createdAtMs / 1000),
        creation_ttl: ttlSeconds,
        ttl: tokens.secondsLeft(token),
        expire_time: endsAtMs === null ? null : new Date(endsAtMs).toISOString(),
        renewable: endsAtMs !== null,
        type: 'service',
        orphan: true,
        num_uses: 0,
        entity_id: '',
        display_name: 'approle',
        explicit_max_ttl: 0,
      },
    });
  };
  const renewed = (token: Token, body: unknown) => {
    if (token.endsAtMs === null) throw new VaultError(400, 'lease is not renewable');
    const seconds = durationSeconds(increment.parse(body)?.increment, token.ttlSeconds);
    const auth = authOf(tokens, tokens.renew(token, seconds));
    return answered({ mountType: 'token', auth });
  };
  const named = (body: unknown) => {
    const token = tokens.find(other.parse(body).token);
    if (!token) throw permissionDenied();
    return token;
  };
  app.get('/v1/auth/token/lookup-self', async (request) => lookedUp(authorize(request, 'read')));
  app.post('/v1/auth/token/lookup', async (request) => {
    authorize(request, 'update');
    return lookedUp(named(request.body));
  });
  app.post('/v1/auth/token/renew-self', async (request) =>
    renewed(authorize(request, 'update'), request.body),
  );
  app.post('/v1/auth/token/renew', async (request) => {
    authorize(request, 'update');
    return renewed(named(request.body), request.body);
  });
  app.post('/v1/auth/token/revoke-self', async (request, reply) => {
    tokens.revoke(authorize(request, 'update').id);
    return reply.code(204).send();
  });
  app.post('/v1/auth/token/revoke', async (request, reply) => {
    authorize(request, 'update');
    tokens.revoke(other.parse(request.body).token);
    return reply.code(204).send();
  });
}
