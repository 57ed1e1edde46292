import { describe, expect, it } from 'vitest';
import { AttestorUnavailable, ProcessGone } from '../workload-api.errors.ts';
import { createWorkloadAttestors, orNothing } from './create-attestors.ts';

const caller = { pid: 42, uid: 0, gid: 0, startedAtMs: 0 };

function failingWith(error: Error) {
  const warnings: object[] = [];
  const logger = { debug: () => {}, info: () => {}, warn: (context: object) => void warnings.push(context) };
  const attestor = orNothing({ name: 'docker', attest: async () => Promise.reject(error) }, logger);
  return { attestor, warnings };
}

describe('an attestor that fails', () => {
  it('says nothing of the caller, and a warning says whose selectors are missing', async () => {
    const { attestor, warnings } = failingWith(new AttestorUnavailable('the engine is away'));
    expect(await attestor.attest(caller)).toEqual([]);
    expect(warnings).toEqual([
      expect.objectContaining({ attestor: 'docker', pid: 42, reason: 'attestation.attestor-unavailable' }),
    ]);
  });

  it('because the caller has ended ends the attestation', async () => {
    const { attestor, warnings } = failingWith(new ProcessGone('gone'));
    await expect(attestor.attest(caller)).rejects.toBeInstanceOf(ProcessGone);
    expect(warnings).toEqual([]);
  });
});

describe('createWorkloadAttestors', () => {
  const logger = { debug: () => {}, info: () => {}, warn: () => {} };
  const named = (...args: Parameters<typeof createWorkloadAttestors>) =>
    createWorkloadAttestors(...args).map(({ name }) => name);

  it('makes those that are asked for', () => {
    const docker = { factsSocket: '/run/facts.sock', engineUid: 0 };
    expect(named({ logger })).toEqual(['unix', 'interpreter']);
    expect(named({ logger, names: ['docker', 'systemd', 'unix'], docker })).toEqual([
      'docker',
      'systemd',
      'unix',
    ]);
  });

  it('refuses docker without anyone to ask about containers', () => {
    expect(() => named({ logger, names: ['docker'] })).toThrow(TypeError);
  });
});
