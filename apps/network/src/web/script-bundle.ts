import { createHash } from 'node:crypto';

/**
 * The script of the web page. As Moltbook's did, it tells every visitor where the hosted backend
 * is and with which publishable key it opens: harmless only where the tables are closed.
 */
export class ScriptBundle {
  readonly text: string;
  /** `/_next/static/chunks/<hash>.js`, as Next.js names them. */
  readonly path: string;
  readonly fileName: string;

  constructor(dataApiUrl: string, publishableKey: string) {
    this.text = [
      '"use strict";(self.webpackChunk_N_E=self.webpackChunk_N_E||[]).push([[177],{4711:(e,t,n)=>{',
      `let r=(0,n(2008).createClient)(${JSON.stringify(dataApiUrl)},${JSON.stringify(publishableKey)});`,
      't.supabase=r}}]);\n',
    ].join('');
    this.fileName = `${createHash('sha256').update(this.text).digest('hex').slice(0, 16)}.js`;
    this.path = `/_next/static/chunks/${this.fileName}`;
  }
}
