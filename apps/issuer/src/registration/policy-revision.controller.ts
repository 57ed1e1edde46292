import type { IncomingMessage } from 'node:http';
import { issuance } from '@blastradius/contracts';
import { Body, Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import type { z } from 'zod';
import { Callers } from '../attestation/callers.ts';
import { PolicyChanges } from './policy-changes.ts';

/** Less than what sidecars wait for an answer, and than proxies let a connection idle. */
const ANSWER_AFTER_MS = 15_000;

/** Tells sidecars at once that the policies have changed, and nothing of what is in them. */
@Controller('v1/policy-revision')
export class PolicyRevisionController {
  constructor(
    @Inject(Callers) private readonly callers: Callers,
    @Inject(PolicyChanges) private readonly changes: PolicyChanges,
  ) {}

  @Post()
  @HttpCode(200)
  async next(
    @Req() request: { raw: IncomingMessage },
    @Body({ schema: issuance.policyRevisionRequest })
    { known }: z.infer<typeof issuance.policyRevisionRequest>,
  ): Promise<z.infer<typeof issuance.policyRevisionAnswer>> {
    this.callers.of(request.raw);
    const gone = new AbortController();
    request.raw.socket.once('close', () => gone.abort());
    const signal = AbortSignal.any([gone.signal, AbortSignal.timeout(ANSWER_AFTER_MS)]);
    return { revision: await this.changes.next(known, signal) };
  }
}
