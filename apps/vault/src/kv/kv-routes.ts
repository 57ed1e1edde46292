import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { answered } from '../answered.ts';
import type { VaultParts } from '../vault-parts.ts';

const below = z.object({ '*': z.string() }).transform((parameters) => parameters['*']);
const writing = z.object({
  options: z.object({ cas: z.int().min(0).optional() }).nullish(),
  data: z.record(z.string(), z.unknown()),
});
const reading = z.object({ version: z.coerce.number().int().min(0).default(0) });
const listing = z.object({ list: z.literal('true').optional() });
const numbers = z.object({ versions: z.array(z.coerce.number().int().positive()).min(1) });
const metadata = z.object({
  max_versions: z.int().min(0).optional(),
  cas_required: z.boolean().optional(),
  custom_metadata: z.record(z.string(), z.string()).optional(),
});

const kv = (data: unknown) => answered({ mountType: 'kv', data });
const pathIn = ({ params }: FastifyRequest) => below.parse(params);

/** KV v2 at `secret/`, where Vault's development mode mounts it. */
export function kvRoutes(app: FastifyInstance, { secrets, authorize }: VaultParts): void {
  app.route({
    method: ['POST', 'PUT'],
    url: '/v1/secret/data/*',
    handler: async (request) => {
      const path = pathIn(request);
      authorize(request, secrets.has(path) ? 'update' : 'create');
      const { options, data } = writing.parse(request.body);
      return kv(secrets.write(path, data, options?.cas));
    },
  });
  app.get('/v1/secret/data/*', async (request, reply) => {
    authorize(request, 'read');
    const { isGone, body } = secrets.read(pathIn(request), reading.parse(request.query).version);
    return reply.code(isGone ? 404 : 200).send(kv(body));
  });
  app.delete('/v1/secret/data/*', async (request, reply) => {
    authorize(request, 'delete');
    secrets.delete(pathIn(request));
    return reply.code(204).send();
  });
  for (const act of ['delete', 'undelete', 'destroy'] as const) {
    app.route({
      method: ['POST', 'PUT'],
      url: `/v1/secret/${act}/*`,
      handler: async (request, reply) => {
        authorize(request, 'update');
        secrets[act](pathIn(request), numbers.parse(request.body).versions);
        return reply.code(204).send();
      },
    });
  }
  // `?list=true` is how clients list whose HTTP library knows no LIST; Node's server knows none either.
  app.get('/v1/secret/metadata/*', async (request) => {
    const isList = listing.parse(request.query).list !== undefined;
    authorize(request, isList ? 'list' : 'read');
    const path = pathIn(request);
    return kv(isList ? { keys: secrets.list(path) } : secrets.metadata(path));
  });
  app.route({
    method: ['POST', 'PUT'],
    url: '/v1/secret/metadata/*',
    handler: async (request, reply) => {
      authorize(request, 'update');
      secrets.changeMetadata(pathIn(request), metadata.parse(request.body ?? {}));
      return reply.code(204).send();
    },
  });
  app.delete('/v1/secret/metadata/*', async (request, reply) => {
    authorize(request, 'delete');
    secrets.forget(pathIn(request));
    return reply.code(204).send();
  });
}
