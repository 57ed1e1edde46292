import { randomUUID } from 'node:crypto';
import type { AttemptResult } from '../../engine/attempts.ts';
import { TargetRefused } from '../../engine/range-only.ts';
import type { Project } from './open-backend.ts';
import { partOf } from './techniques.ts';
import type { Thief } from './thief.ts';

const SCRIPTS_MAX = 10;

/** Opens the public page as any browser would and reads its scripts. */
export async function findPublishableKey(thief: Thief): Promise<Project | undefined> {
  const home = new URL('/', thief.networkUrl).href;
  const page = await fetchText(thief, home);
  for (const src of scriptsOf(page).slice(0, SCRIPTS_MAX)) {
    const project = projectIn(await fetchText(thief, new URL(src, home).href));
    if (project) return project;
  }
  return projectIn(page);
}

/** The sources of a page's scripts, in their order. */
export function scriptsOf(html: string): string[] {
  return [...html.matchAll(/<script[^>]*\ssrc=["']([^"']+)["']/gi)].map(([, src = '']) => src);
}

/** The publishable key in a script and, of all the URLs there, the one that stands nearest to it. */
export function projectIn(script: string): Project | undefined {
  const key = /sb_publishable_[A-Za-z0-9_-]+/.exec(script);
  if (!key) return undefined;
  const urls = [...script.matchAll(/https?:\/\/[A-Za-z0-9.:[\]-]+/g)].sort(
    (a, b) => Math.abs(a.index - key.index) - Math.abs(b.index - key.index),
  );
  const url = urls[0]?.[0];
  return url === undefined ? undefined : { url, publishableKey: key[0] };
}

async function fetchText({ attempts, fetch }: Thief, url: string): Promise<string> {
  const requestId = randomUUID();
  const result = await attempts.make(
    {
      ...partOf('find-publishable-key'),
      vector: 'reconnaissance',
      action: 'fetch',
      forges: false,
      victim: null,
      presented: 'nothing',
    },
    async (): Promise<AttemptResult & { text: string }> => {
      try {
        const response = await fetch(url, { headers: { 'x-request-id': requestId } });
        const text = await response.text();
        return { requestId, text, outcome: response.ok ? 'accepted' : 'refused', status: response.status };
      } catch (error) {
        if (error instanceof TargetRefused) throw error;
        return { requestId, text: '', outcome: 'failed', status: null };
      }
    },
    (answer) => answer,
  );
  return result.outcome === 'accepted' ? result.text : '';
}
