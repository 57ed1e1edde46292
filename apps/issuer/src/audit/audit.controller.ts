import { auditAdministration } from '@blastradius/contracts';
import { Controller, Get, Inject, Query } from '@nestjs/common';
import type { z } from 'zod';
import { AuditKeys } from './audit-keys.ts';
import { AuditStore } from './audit-store.ts';

@Controller('admin/audit')
export class AuditController {
  constructor(
    @Inject(AuditKeys) private readonly auditKeys: AuditKeys,
    @Inject(AuditStore) private readonly store: AuditStore,
  ) {}

  @Get('keys')
  keys() {
    return this.auditKeys.published();
  }

  /** Of one log; of each log the newest where none is named. */
  @Get('checkpoints')
  async checkpoints(
    @Query({ schema: auditAdministration.checkpointsQuery })
    { log }: z.infer<typeof auditAdministration.checkpointsQuery>,
  ) {
    const checkpoints =
      log === undefined ? await this.store.newestCheckpoints() : await this.store.checkpointsOf(log);
    return { checkpoints };
  }
}
