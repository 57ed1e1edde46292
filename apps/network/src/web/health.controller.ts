import { Controller, Get, ServiceUnavailableException } from '@nestjs/common';
import { Public } from '../admission/route-admission.ts';
import { Readiness } from './readiness.ts';

@Controller()
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  /** The process is alive. */
  @Get('healthz')
  @Public()
  alive() {
    return { status: 'ok' };
  }

  /** It can serve: its database answers, and its own certificate is valid. */
  @Get('readyz')
  @Public()
  async ready() {
    if (!(await this.readiness.isReady())) throw new ServiceUnavailableException();
    return { status: 'ready' };
  }
}
