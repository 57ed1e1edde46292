import { Body, Controller, Get, Header, HttpCode, Param, Post } from '@nestjs/common';
import { Public } from '../admission/route-admission.ts';
import { claimPage } from './claim-page.ts';
import { Claims } from './claims.ts';
import { type ClaimRequest, claimRequest } from './owner.schema.ts';

@Controller('claim')
export class ClaimController {
  constructor(private readonly claims: Claims) {}

  /** The same page for every token: it tells nothing of whether there is such a claim. */
  @Get(':token')
  @Public()
  @Header('content-type', 'text/html; charset=utf-8')
  page() {
    return claimPage;
  }

  @Post(':token')
  @Public()
  @HttpCode(200)
  async claim(@Param('token') token: string, @Body({ schema: claimRequest }) body: ClaimRequest) {
    const name = await this.claims.claim(token, body);
    return { success: true, message: `${name} is yours now 🦞`, agent: { name } };
  }
}
