import { provideValue } from '@blastradius/nest-kit';
import { type DynamicModule, Module } from '@nestjs/common';
import { AccessTokenKeys } from './access-token-keys.ts';
import { AuthorizationServer } from './authorization-server.ts';
import type { TokenEndpointParts } from './compose-token-endpoint.ts';
import { IssueAccessToken } from './issue-access-token.ts';
import { MetadataController } from './metadata.controller.ts';
import { TokenController } from './token.controller.ts';

@Module({})
class TokenEndpointModule {}

/** The API for OAuth clients and resource servers. */
export function tokenEndpointModule(parts: TokenEndpointParts): DynamicModule {
  return {
    module: TokenEndpointModule,
    controllers: [TokenController, MetadataController],
    providers: [
      provideValue(IssueAccessToken, parts.issueAccessToken),
      provideValue(AuthorizationServer, parts.server),
      provideValue(AccessTokenKeys, parts.keys),
    ],
  };
}
