import { describe, expect, it } from 'vitest';
import { ProcessGone } from '../workload-api.errors.ts';
import { parseProcessOwner, readProcessOwner } from './process-owner.ts';

describe('parseProcessOwner', () => {
  it('takes the effective ids, not the real ones, and every further group', () => {
    const status =
      'Name:\tGroups: 9\nUid:\t1\t1000\t2\t3\nGid:\t1\t100\t2\t3\nGroups:\t4 27 1000 \nNgid:\t0\n';
    expect(parseProcessOwner(status)).toEqual({ uid: 1000, gid: 100, supplementaryGids: [4, 27, 1000] });
  });

  it('finds no groups where there are none', () => {
    const status = 'Uid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nGroups:\t \nNStgid:\t7\n';
    expect(parseProcessOwner(status).supplementaryGids).toEqual([]);
  });

  it('refuses a status that names nobody', () => {
    expect(() => parseProcessOwner('Name:\tx\n')).toThrow(TypeError);
  });
});

describe.runIf(process.platform === 'linux')('readProcessOwner', () => {
  it('says of us what the kernel says', () => {
    expect(readProcessOwner(process.pid)).toMatchObject({
      uid: process.geteuid?.(),
      gid: process.getegid?.(),
    });
  });

  it('says that a process is not there', () => {
    expect(() => readProcessOwner(2 ** 22 + 1)).toThrow(ProcessGone);
  });
});
