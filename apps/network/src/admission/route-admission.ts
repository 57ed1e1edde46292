import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { AdmissionBypassed } from './admission.errors.ts';
import type { CurrentAgent, RouteAdmission, ShownCredential } from './judgement.ts';

export interface RouteAdmissionConfig {
  readonly admission?: RouteAdmission;
}

/** A route for everyone: no credential is looked at. */
export const Public = () => RouteConfig({ admission: 'public' } satisfies RouteAdmissionConfig);

/** A route for those who want to become agents. */
export const Enrolment = () => RouteConfig({ admission: 'enrolment' } satisfies RouteAdmissionConfig);

/** The agent that was admitted; nothing else in a request says who the caller is. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): CurrentAgent => {
  const { judgement } = context.switchToHttp().getRequest<FastifyRequest>();
  if (judgement?.decision !== 'allowed' || !judgement.agent) throw new AdmissionBypassed();
  return judgement.agent;
});

/** What the caller has shown, where it was accepted. */
export const Shown = createParamDecorator((_: unknown, context: ExecutionContext): ShownCredential => {
  const { judgement } = context.switchToHttp().getRequest<FastifyRequest>();
  if (judgement?.decision !== 'allowed') throw new AdmissionBypassed();
  return judgement.shown;
});
