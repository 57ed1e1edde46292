import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { answered } from '../answered.ts';
import { notFound } from '../vault.errors.ts';
import type { VaultParts } from '../vault-parts.ts';

const VERSION = '0.0.0-blastradius-stand-in';
const CLUSTER = 'blastradius-stand-in';
const policy = z.object({ policy: z.string().min(1) });
const named = z.object({ name: z.string() });

/** Health, the seal (there is none: nothing is encrypted and nothing outlives the process), and policies. */
export function sysRoutes(app: FastifyInstance, { policies, authorize }: VaultParts, now: () => Date): void {
  app.get('/v1/sys/health', async () => ({
    initialized: true,
    sealed: false,
    standby: false,
    performance_standby: false,
    replication_performance_mode: 'disabled',
    replication_dr_mode: 'disabled',
    server_time_utc: Math.floor(now().getTime() / 1000),
    version: VERSION,
    enterprise: false,
    cluster_name: CLUSTER,
    cluster_id: CLUSTER,
  }));
  app.get('/v1/sys/seal-status', async () => ({
    type: 'stand-in',
    initialized: true,
    sealed: false,
    t: 1,
    n: 1,
    progress: 0,
    nonce: '',
    version: VERSION,
    migration: false,
    cluster_name: CLUSTER,
    cluster_id: CLUSTER,
    recovery_seal: false,
    storage_type: 'inmem',
  }));
  app.route({
    method: ['PUT', 'POST'],
    url: '/v1/sys/policies/acl/:name',
    handler: async (request, reply) => {
      authorize(request, 'update');
      policies.put(named.parse(request.params).name, policy.parse(request.body).policy);
      return reply.code(204).send();
    },
  });
  app.get('/v1/sys/policies/acl/:name', async (request) => {
    authorize(request, 'read');
    const { name } = named.parse(request.params);
    const text = policies.textOf(name);
    if (text === undefined) throw notFound();
    return answered({ data: { name, policy: text } });
  });
}
