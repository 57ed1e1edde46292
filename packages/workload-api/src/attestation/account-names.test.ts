import { describe, expect, it } from 'vitest';
import { parseAccountNames, readAccountNames } from './account-names.ts';

describe('account names', () => {
  it('are the first for each number; lines that are none of the format name nobody', () => {
    const text =
      'root:x:0:0:root:/root:/bin/sh\ntoor:x:0:0::/:\n+nis::::\n#c\n\n:x:7:\nada:x:1000:\nhex:x:0x7:\n';
    expect([...parseAccountNames(text)]).toEqual([
      [0, 'root'],
      [1000, 'ada'],
    ]);
  });

  it('are none where there is no file', async () => {
    expect((await readAccountNames('/nonexistent/passwd')).size).toBe(0);
  });
});
