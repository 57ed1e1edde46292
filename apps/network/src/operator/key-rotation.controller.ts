import { networkOperator } from '@blastradius/contracts';
import { Body, Controller, Get, HttpCode, Put, Query } from '@nestjs/common';
import { z } from 'zod';
import { KeyRotations } from './key-rotations.ts';
import { ReplacedKeys } from './replaced-keys.ts';

const since = z.object({ afterMs: z.coerce.number().int().min(0) });

/** Where keys are replaced on schedule: the schedule, and the new keys for those who carry them to the agents. */
@Controller('operator')
export class KeyRotationController {
  constructor(
    private readonly rotations: KeyRotations,
    private readonly replaced: ReplacedKeys,
  ) {}

  @Put('key-rotation')
  @HttpCode(204)
  async start(
    @Body({ schema: networkOperator.keyRotation }) rotation: z.infer<typeof networkOperator.keyRotation>,
  ) {
    await this.rotations.start(rotation);
  }

  @Get('replaced-keys')
  async replacedKeys(@Query({ schema: since }) { afterMs }: z.infer<typeof since>) {
    return { keys: await this.replaced.after(afterMs) };
  }
}
