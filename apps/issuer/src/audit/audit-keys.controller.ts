import { Controller, Get, Inject } from '@nestjs/common';
import { AuditKeys } from './audit-keys.ts';

/** The keys by which anyone can check a checkpoint; public, as the bundle is. */
@Controller('v1/audit-keys')
export class AuditKeysController {
  constructor(@Inject(AuditKeys) private readonly keys: AuditKeys) {}

  @Get()
  published() {
    return this.keys.published();
  }
}
