import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { z } from 'zod';
import { AppRoles } from './approle/app-roles.ts';
import { approleRoutes } from './approle/approle-routes.ts';
import { auditTo } from './audit-device.ts';
import { kvRoutes } from './kv/kv-routes.ts';
import { VersionedSecrets } from './kv/versioned-secrets.ts';
import { Policies } from './policy/policies.ts';
import { sysRoutes } from './sys/sys-routes.ts';
import { tokenRoutes } from './tokens/token-routes.ts';
import { Tokens } from './tokens/tokens.ts';
import { permissionDenied, VaultError } from './vault.errors.ts';
import type { VaultParts } from './vault-parts.ts';

/** Every answer says it: whoever meets this server must not take it for Vault. */
const STAND_IN_HEADER = 'x-vault-stand-in';

/** A stand-in for Vault: so much of its HTTP API as keeps versioned secrets for machines that log in. */
export function createServer({
  rootToken,
  ledgerFile,
  now = () => new Date(),
}: {
  readonly rootToken: string;
  readonly ledgerFile?: string | undefined;
  readonly now?: () => Date;
}): FastifyInstance {
  const tokens = new Tokens(rootToken, now);
  const policies = new Policies();
  const parts: VaultParts = {
    tokens,
    policies,
    roles: new AppRoles(now),
    secrets: new VersionedSecrets(now),
    authorize: (request, capability) => {
      const token = tokens.find(tokenIn(request));
      if (!token || !policies.allow(token.policies, pathOf(request), capability)) throw permissionDenied();
      return token;
    },
  };
  const app = Fastify({ bodyLimit: 1_048_576 });
  app.addHook('onRequest', async (_, reply) => {
    reply.headers({ [STAND_IN_HEADER]: 'blastradius', 'cache-control': 'no-store' });
  });
  if (ledgerFile !== undefined) {
    const roleOf = (request: FastifyRequest) => tokens.find(tokenIn(request))?.metadata['role_name'] ?? null;
    auditTo(ledgerFile, app, { pathOf, roleOf });
  }
  // Vault's clients send JSON, whatever they call it; an empty body is none.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_, body, done) => {
    try {
      done(null, body === '' ? {} : JSON.parse(body.toString()));
    } catch {
      done(new VaultError(400, 'failed to parse JSON input'));
    }
  });
  app.setErrorHandler((error, _, reply) => {
    const known = asVaultError(error);
    void reply.code(known.status).send({ errors: known.errors });
  });
  app.setNotFoundHandler((request, reply) => {
    const path = pathOf(request);
    void reply.code(404).send({ errors: [`no handler for route "${path}". route entry not found.`] });
  });
  sysRoutes(app, parts, now);
  tokenRoutes(app, parts);
  approleRoutes(app, parts);
  kvRoutes(app, parts);
  return app;
}

function asVaultError(error: unknown): VaultError {
  if (error instanceof VaultError) return error;
  if (error instanceof z.ZodError) return new VaultError(400, z.prettifyError(error));
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  return status < 500
    ? new VaultError(status, String((error as Error).message))
    : new VaultError(500, 'internal error');
}

/** What policies speak of: the path without `/v1/`. */
function pathOf({ url }: FastifyRequest): string {
  return decodeURIComponent(url.split('?', 1)[0] ?? '').replace(/^\/v1\//, '');
}

function tokenIn({ headers }: FastifyRequest): string | undefined {
  const { 'x-vault-token': token, authorization } = headers;
  return typeof token === 'string' ? token : /^Bearer (\S+)$/.exec(authorization ?? '')?.[1];
}
