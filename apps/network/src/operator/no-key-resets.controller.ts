import { Controller, Post } from '@nestjs/common';
import { NothingToReset } from './operator.errors.ts';

/** Arms without keys: there is nothing to reset, and nothing to hand out. */
@Controller('operator')
export class NoKeyResetsController {
  @Post('key-resets')
  start(): never {
    throw new NothingToReset();
  }

  @Post('agents/:name/key')
  handOut(): never {
    throw new NothingToReset();
  }
}
