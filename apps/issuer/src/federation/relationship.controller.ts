import { issuerAdministration } from '@blastradius/contracts';
import { parseSpiffeBundle } from '@blastradius/spiffe';
import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Put } from '@nestjs/common';
import type { z } from 'zod';
import type { HeldRelationship } from './federation-relationship.ts';
import { FederationRelationships } from './federation-relationships.ts';

type Request = z.infer<typeof issuerAdministration.federationRequest>;
type Answer = z.infer<typeof issuerAdministration.federationRelationship>;

@Controller('admin/federation')
export class RelationshipController {
  constructor(@Inject(FederationRelationships) private readonly relationships: FederationRelationships) {}

  @Get()
  async list() {
    return { relationships: (await this.relationships.list()).map(answerOf) };
  }

  @Get(':trustDomain')
  async find(@Param('trustDomain') trustDomain: string) {
    return answerOf(await this.relationships.find(trustDomain));
  }

  @Put(':trustDomain')
  async put(
    @Param('trustDomain') trustDomain: string,
    @Body({ schema: issuerAdministration.federationRequest }) request: Request,
  ) {
    const { url, profile, endpointSpiffeId, webAuthorities, bundle } = request;
    const relationship = { trustDomain, url, profile, endpointSpiffeId, webAuthorities };
    return answerOf(await this.relationships.put(relationship, bundle));
  }

  @Post(':trustDomain/refresh')
  @HttpCode(200)
  async refresh(@Param('trustDomain') trustDomain: string) {
    return answerOf(await this.relationships.refresh(trustDomain));
  }

  @Delete(':trustDomain')
  async remove(@Param('trustDomain') trustDomain: string) {
    await this.relationships.remove(trustDomain);
    return { trustDomain };
  }
}

function answerOf(held: HeldRelationship): Answer {
  const { trustDomain, url, profile, endpointSpiffeId, failures, failure, document } = held;
  return {
    trustDomain,
    url,
    profile,
    ...(endpointSpiffeId === undefined ? {} : { endpointSpiffeId }),
    failures,
    nextPollAtMs: held.nextPollAt.getTime(),
    ...(failure === undefined ? {} : { failure }),
    ...(held.lastSuccessAt === undefined ? {} : { lastSuccessAtMs: held.lastSuccessAt.getTime() }),
    ...(held.lastFailureAt === undefined ? {} : { lastFailureAtMs: held.lastFailureAt.getTime() }),
    ...(document === undefined ? {} : { bundle: contentOf(trustDomain, document) }),
  };
}

function contentOf(trustDomain: string, document: string): NonNullable<Answer['bundle']> {
  const bundle = parseSpiffeBundle(trustDomain, document);
  return {
    // 64 bits, which a JSON number need not keep.
    ...(bundle.sequence === undefined ? {} : { sequence: String(bundle.sequence) }),
    ...(bundle.refreshHintSeconds === undefined ? {} : { refreshHintSeconds: bundle.refreshHintSeconds }),
    x509Authorities: bundle.x509Authorities.length,
    jwtAuthorities: bundle.jwtAuthorities.size,
    witAuthorities: bundle.witAuthorities.size,
  };
}
