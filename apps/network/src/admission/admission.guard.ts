import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AdmissionBypassed } from './admission.errors.ts';

/**
 * The hook has refused whom it had to before the body was read. The guard makes sure that no
 * handler runs without its decision, whatever becomes of the hooks.
 */
export class AdmissionGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { judgement } = context.switchToHttp().getRequest<FastifyRequest>();
    if (judgement?.decision !== 'allowed') throw new AdmissionBypassed();
    return true;
  }
}
