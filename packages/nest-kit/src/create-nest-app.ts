import 'reflect-metadata';
import type { ServerOptions } from 'node:https';
import { type DrainOptions, drainConnections } from '@blastradius/runtime';
import { type DynamicModule, StandardSchemaValidationPipe, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest, RawServerDefault } from 'fastify';
import type { Logger } from 'pino';
import { classifyFailure } from './errors/classify-failure.ts';
import { DomainErrorFilter, sendFailure } from './errors/domain-error-filter.ts';
import { type FailureShape, problemDetails } from './errors/failure.ts';
import { invalidRequest } from './errors/invalid-request.ts';
import { nestLogger } from './nest-logger.ts';
import { requestIdOf } from './request-id.ts';

export interface NestAppOptions {
  readonly logger: Logger;
  /** TLS; plain HTTP without it (Unix sockets only). */
  readonly https?: ServerOptions;
  /** How failures are worded; RFC 9457 unless told otherwise. */
  readonly failures?: FailureShape;
  readonly bodyBytesMax?: number;
  readonly drain?: DrainOptions;
  /** Leaves each body as it came at `request.rawBody`, beside what was read of it. */
  readonly keepRawBody?: boolean;
  /**
   * Hears of a request whose address can't even be read, just before its refusal is sent: no hook
   * of Fastify's sees those.
   */
  readonly onUnroutable?: (request: FastifyRequest, reply: FastifyReply) => void;
}

/**
 * A Nest application on Fastify with what every app of ours has: one error filter, bodies
 * validated against the schema that stands at the parameter (`@Body({ schema })`), request ids,
 * and a `close()` that answers whatever was sent before the port is gone.
 */
export async function createNestApp(
  module: Type | DynamicModule,
  options: NestAppOptions,
): Promise<NestFastifyApplication> {
  const { logger, https, failures = problemDetails, bodyBytesMax = 1_048_576 } = options;
  const shared = {
    bodyLimit: bodyBytesMax,
    genReqId: ({ headers }: { headers: NodeJS.Dict<string | string[]> }) => requestIdOf(headers),
    forceCloseConnections: 'idle' as const,
    return503OnClosing: false,
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      const failure = classifyFailure(error, request.id);
      reply.status(failure.status);
      options.onUnroutable?.(request, reply);
      sendFailure(reply, failure, failures);
    },
  };
  const adapter = new FastifyAdapter(https === undefined ? shared : { ...shared, https });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: nestLogger(logger),
    abortOnError: false,
    rawBody: options.keepRawBody === true,
  });
  app.useGlobalFilters(new DomainErrorFilter(logger, failures));
  app.useGlobalPipes(new StandardSchemaValidationPipe({ exceptionFactory: invalidRequest }));
  takeEmptyBodies(app, bodyBytesMax);
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('preClose', () => drainConnections(app.getHttpServer(), options.drain));
  return app;
}

/** Clients in the wild announce JSON and then send nothing, with DELETE above all. */
function takeEmptyBodies(app: NestFastifyApplication, bodyLimit: number): void {
  const parseJson = app.getHttpAdapter().getInstance().getDefaultJsonParser('error', 'error');
  app.useBodyParser<RawServerDefault>('application/json', { bodyLimit }, (request, body, done) => {
    if (body.length === 0) done(null, undefined);
    else parseJson(request, body.toString('utf8'), done);
  });
}
