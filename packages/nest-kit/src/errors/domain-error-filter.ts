import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { classifyFailure } from './classify-failure.ts';
import { type Failure, type FailureShape, problemDetails } from './failure.ts';

/** Turns every error into an answer, and logs those that are our fault. */
@Catch()
export class DomainErrorFilter implements ExceptionFilter {
  readonly #logger: Logger;
  readonly #shape: FailureShape;

  constructor(logger: Logger, shape: FailureShape = problemDetails) {
    this.#logger = logger;
    this.#shape = shape;
  }

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const failure = classifyFailure(thrown, request.id);
    if (failure.status >= 500) {
      this.#logger.error({ err: thrown, requestId: request.id, context: failure.error?.context }, 'failed');
    }
    if (!reply.sent) sendFailure(reply, failure, this.#shape);
  }
}

export function sendFailure(reply: FastifyReply, failure: Failure, shape: FailureShape): void {
  const { contentType, body, headers } = shape(failure);
  reply
    .status(failure.status)
    .headers({ ...headers, 'content-type': contentType })
    .send(JSON.stringify(body));
}
