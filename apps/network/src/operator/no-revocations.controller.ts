import { Controller, Post } from '@nestjs/common';
import { NothingToRevoke } from './operator.errors.ts';

/** The arms without a deny list: what was issued counts until it ends. */
@Controller('operator/revocations')
export class NoRevocationsController {
  @Post()
  revoke(): never {
    throw new NothingToRevoke();
  }
}
