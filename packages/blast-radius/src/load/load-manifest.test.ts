import { expect, it } from 'vitest';
import { fakeBlock, fakeLoadManifest } from './fake-load.ts';
import { loadManifest } from './load-manifest.ts';

it('takes blocks with a rotation and blocks with a mark', () => {
  const manifest = fakeLoadManifest([fakeBlock('static-key', 1), fakeBlock('x509-svid', 2)]);
  expect(loadManifest.parse(manifest)).toEqual(manifest);
});

it('takes no folder outside the run', () => {
  for (const folder of ['/etc', '..', '../other', 'blocks/../../other', '']) {
    const manifest = fakeLoadManifest([fakeBlock('static-key', 1, { folder })]);
    expect(loadManifest.safeParse(manifest).success).toBe(false);
  }
  expect(loadManifest.safeParse(fakeLoadManifest([fakeBlock('a', 1, { folder: 'a..b/1' })])).success).toBe(
    true,
  );
});
