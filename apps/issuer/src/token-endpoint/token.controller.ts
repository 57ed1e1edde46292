import type { IncomingMessage } from 'node:http';
import { peerChain } from '@blastradius/spiffe';
import { Body, Controller, Header, HttpCode, Inject, Post, Req } from '@nestjs/common';
import { IssueAccessToken } from './issue-access-token.ts';
import { accessTokenType } from './request/read-token-request.ts';

@Controller('oauth/token')
export class TokenController {
  constructor(@Inject(IssueAccessToken) private readonly issueAccessToken: IssueAccessToken) {}

  @Post()
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  @Header('pragma', 'no-cache')
  async token(@Req() { raw }: { raw: IncomingMessage }, @Body() body: unknown) {
    const issued = await this.issueAccessToken.execute({
      // Nobody but the parser of forms gives bytes; all else is read as an empty form.
      body: body instanceof Uint8Array ? body : new Uint8Array(),
      dpopHeaders: raw.headersDistinct['dpop'] ?? [],
      hasAuthorizationHeader: raw.headers.authorization !== undefined,
      certificates: peerChain(raw.socket),
    });
    const { accessToken, tokenType, expiresInSeconds, scopes, isExchange } = issued;
    return {
      access_token: accessToken,
      token_type: tokenType,
      expires_in: expiresInSeconds,
      ...(scopes.length > 0 && { scope: scopes.join(' ') }),
      ...(isExchange && { issued_token_type: accessTokenType }),
    };
  }
}
