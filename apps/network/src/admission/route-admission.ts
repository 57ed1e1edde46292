import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { AdmissionBypassed } from './admission.errors.ts';
import type { CurrentAgent, RouteAdmission, RouteScope, ShownCredential } from './judgement.ts';

export interface RouteAdmissionConfig {
  readonly admission?: RouteAdmission;
  /** Where it is not what the method says. */
  readonly scope?: RouteScope;
}

/** A route for everyone: no credential is looked at. */
export const Public = () => RouteConfig({ admission: 'public' } satisfies RouteAdmissionConfig);

/** A route for those who want to become agents. */
export const Enrolment = () => RouteConfig({ admission: 'enrolment' } satisfies RouteAdmissionConfig);

/** A route that any key of the agent opens: it says whose the key is, and nothing more. */
export const AnyScope = () => RouteConfig({ scope: 'any' } satisfies RouteAdmissionConfig);

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
