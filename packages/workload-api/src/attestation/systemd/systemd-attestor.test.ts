import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { AttestorUnavailable } from '../../workload-api.errors.ts';
import { BusctlUnits, type RunBusctl } from './busctl-units.ts';
import { SystemdAttestor } from './systemd-attestor.ts';

const isSystemdHere = existsSync('/run/systemd/system');
if (!isSystemdHere)
  process.stderr.write('skipped: no systemd runs here: its attestor sees recorded answers alone\n');

const process42 = { pid: 42, uid: 0, gid: 0, startedAtMs: 0 };
const attest = (run: RunBusctl) => new SystemdAttestor(new BusctlUnits(run)).attest(process42);

/** What busctl of systemd 252 printed when it was asked this. */
const recorded =
  (fragmentPath = '/lib/systemd/system/ssh.service'): RunBusctl =>
  async (args) => {
    if (args.includes('GetUnitByPID')) {
      expect(args.slice(-2)).toEqual(['u', '42']);
      return '{"type":"o","data":["/org/freedesktop/systemd1/unit/ssh_2eservice"]}\n';
    }
    expect(args).toContain('/org/freedesktop/systemd1/unit/ssh_2eservice');
    return `{"type":"s","data":"ssh.service"}\n{"type":"s","data":"${fragmentPath}"}\n`;
  };
const failing = (stderr: string) => async () => {
  throw new Error(`Command failed: busctl --system\n${stderr}`);
};

describe('SystemdAttestor', () => {
  it('names the unit and the file that defines it', async () => {
    expect(await attest(recorded())).toEqual([
      'systemd:id:ssh.service',
      'systemd:fragment_path:/lib/systemd/system/ssh.service',
    ]);
  });

  it('names no file where the unit has none', async () => {
    expect(await attest(recorded(''))).toEqual(['systemd:id:ssh.service']);
  });

  it('says nothing of a process without a unit', async () => {
    expect(await attest(failing('Call failed: PID 42 does not belong to any loaded unit.'))).toEqual([]);
  });

  it.each([
    ['no systemd is there', failing('Failed to connect to bus: No such file or directory')],
    ['the answer is none', async () => '{}\n'],
    ['the answer is no JSON', async () => 'ssh.service\n'],
    ['there is no answer', async () => ''],
  ])('says that it could not ask when %s', async (_reason, run) => {
    await expect(attest(run)).rejects.toBeInstanceOf(AttestorUnavailable);
  });

  it.runIf(isSystemdHere)("finds a unit for the host's first process, or none", async () => {
    const selectors = await new SystemdAttestor(new BusctlUnits()).attest({ ...process42, pid: 1 });
    expect(selectors.every((selector) => selector.startsWith('systemd:'))).toBe(true);
  });
});
