import { DomainError } from '@blastradius/kernel';
import { Controller, Get, Inject } from '@nestjs/common';
import { Readiness } from './readiness.ts';

class NotReady extends DomainError {
  readonly code = 'issuer.not-ready';
  readonly category = 'unavailable';
}

@Controller()
export class HealthController {
  constructor(@Inject(Readiness) private readonly readiness: Readiness) {}

  @Get('healthz')
  live() {
    return { status: 'live' };
  }

  @Get('readyz')
  async ready() {
    if (!(await this.readiness.isReady())) {
      throw new NotReady(
        'the database or the current authority is missing, the audit log has no room, or the issuer is stopping',
      );
    }
    return { status: 'ready' };
  }
}
