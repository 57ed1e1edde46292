import { setTimeout as pause } from 'node:timers/promises';
import type { IssuancePolicy } from '@blastradius/contracts';
import type { IssuerAdministration } from './issuer/issuer-administration.ts';
import type { KeptTokens } from './join-tokens/keep-tokens.ts';
import { IssuerAway } from './operator.errors.ts';

const LOOK_EVERY_MS = 500;

export interface OperatorOptions {
  readonly issuer: IssuerAdministration;
  readonly policies: readonly IssuancePolicy[];
  readonly tokens: KeptTokens;
  readonly say: (message: string, detail?: object) => void;
  readonly signal: AbortSignal;
}

/**
 * What the human who runs the trust domain does: says who may have which identity, and lets each sidecar
 * in. Waits for an issuer as long as it takes; goes on until `signal`.
 */
export async function operate({ issuer, policies, tokens, say, signal }: OperatorOptions): Promise<void> {
  const patiently = async <T>(act: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof IssuerAway)) throw error;
      say('no issuer can be reached yet', { detail: error.message });
      return undefined;
    }
  };
  let isRegistered = false;
  while (!signal.aborted) {
    if (!isRegistered) {
      isRegistered = (await patiently(() => issuer.replacePolicies(policies).then(() => true))) ?? false;
      if (isRegistered) say('policies registered', { policies: policies.length });
    }
    const given = isRegistered ? await patiently(() => tokens.refill()) : undefined;
    if (given !== undefined && given.length > 0) say('join tokens placed', { nodes: given });
    await pause(LOOK_EVERY_MS, undefined, { signal }).catch(() => {});
  }
}
