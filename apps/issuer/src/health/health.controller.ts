import { DomainError } from '@blastradius/kernel';
import { Controller, Get, Inject } from '@nestjs/common';
import { Authorities } from '../authority/authorities.ts';

class NotReady extends DomainError {
  readonly code = 'issuer.not-ready';
  readonly category = 'unavailable';
}

@Controller()
export class HealthController {
  constructor(@Inject(Authorities) private readonly authorities: Authorities) {}

  @Get('healthz')
  live() {
    return { status: 'live' };
  }

  /** The database answers, and an authority can sign. */
  @Get('readyz')
  async ready() {
    await this.authorities.current().catch((cause: unknown) => {
      throw new NotReady('the database or the current authority is missing', { cause });
    });
    return { status: 'ready' };
  }
}
