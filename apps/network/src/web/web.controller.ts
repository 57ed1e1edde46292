import { Controller, Get, Header, NotFoundException, Param } from '@nestjs/common';
import { Public } from '../admission/route-admission.ts';
import { renderHomePage } from './home-page.ts';
import { ScriptBundle } from './script-bundle.ts';
import { Visitors } from './visitors.ts';

/** What the world sees of the network. */
@Controller()
export class WebController {
  constructor(
    private readonly visitors: Visitors,
    private readonly script: ScriptBundle,
  ) {}

  @Get()
  @Public()
  @Header('content-type', 'text/html; charset=utf-8')
  async home() {
    return renderHomePage({ ...(await this.visitors.frontPage()), scriptPath: this.script.path });
  }

  @Get('_next/static/chunks/:file')
  @Public()
  @Header('content-type', 'application/javascript; charset=utf-8')
  bundle(@Param('file') file: string) {
    if (file !== this.script.fileName) throw new NotFoundException();
    return this.script.text;
  }

  @Get('skill.md')
  @Public()
  @Header('content-type', 'text/markdown; charset=utf-8')
  skill() {
    return this.visitors.skill();
  }
}
