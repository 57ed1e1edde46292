import type { IncomingMessage } from 'node:http';
import { issuance } from '@blastradius/contracts';
import { peerChain } from '@blastradius/spiffe';
import { Body, Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import type { z } from 'zod';
import { TrustBundles } from '../bundle/trust-bundles.ts';
import { RenewSidecar } from '../issuance/renew-sidecar.ts';
import { AdmitSidecar } from './admit-sidecar.ts';
import { Callers } from './callers.ts';
import { JoinTokenAttestor } from './join-token-attestor.ts';
import { X509PopAttestor } from './x509-pop-attestor.ts';

@Controller('v1')
export class AttestationController {
  constructor(
    @Inject(AdmitSidecar) private readonly admitSidecar: AdmitSidecar,
    @Inject(JoinTokenAttestor) private readonly joinTokens: JoinTokenAttestor,
    @Inject(X509PopAttestor) private readonly x509Pop: X509PopAttestor,
    @Inject(RenewSidecar) private readonly renewSidecar: RenewSidecar,
    @Inject(Callers) private readonly callers: Callers,
    @Inject(TrustBundles) private readonly bundles: TrustBundles,
  ) {}

  /** Here the body is checked by no pipe: a caller without identity learns nothing but 401. */
  @Post('attest/join-token')
  @HttpCode(200)
  async join(@Body() body: unknown): Promise<z.infer<typeof issuance.joinTokenAnswer>> {
    const evidence = { body, peerCertificates: [] };
    const { document } = await this.admitSidecar.execute(this.joinTokens, evidence);
    return { svid: document, bundle: await this.bundles.document() };
  }

  @Post('attest/x509pop')
  @HttpCode(200)
  async attestByX509Pop(
    @Req() request: { raw: IncomingMessage },
    @Body() body: unknown,
  ): Promise<z.infer<typeof issuance.joinTokenAnswer>> {
    const evidence = { body, peerCertificates: peerChain(request.raw.socket) };
    const { document } = await this.admitSidecar.execute(this.x509Pop, evidence);
    return { svid: document, bundle: await this.bundles.document() };
  }

  @Post('renew')
  @HttpCode(200)
  async renew(
    @Req() request: { raw: IncomingMessage },
    @Body({ schema: issuance.renewRequest }) { csr }: z.infer<typeof issuance.renewRequest>,
  ): Promise<z.infer<typeof issuance.joinTokenAnswer>> {
    const { document } = await this.renewSidecar.execute(this.callers.of(request.raw), csr);
    return { svid: document, bundle: await this.bundles.document() };
  }
}
