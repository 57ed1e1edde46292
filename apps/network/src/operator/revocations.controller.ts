import { networkOperator } from '@blastradius/contracts';
import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import type { z } from 'zod';
import { RevokeSvids } from '../revocation/revoke-svids.ts';

/** Where the operator may end an identity before its SVIDs end by themselves. */
@Controller('operator/revocations')
export class RevocationsController {
  constructor(private readonly revokeSvids: RevokeSvids) {}

  @Post()
  @HttpCode(200)
  async revoke(
    @Body({ schema: networkOperator.revocationOrder })
    order: z.output<typeof networkOperator.revocationOrder>,
  ): Promise<z.infer<typeof networkOperator.revocationAnswer>> {
    const connectionsClosed = await this.revokeSvids.execute(order);
    return { serials: order.serials.length, identities: order.identities.length, connectionsClosed };
  }
}
