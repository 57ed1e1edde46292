import { join } from 'node:path';
import { buildClient } from '../build-client.ts';
import { testClient } from '../client-suite.ts';

const built = await buildClient({
  name: 'rust',
  toolchain: [{ program: 'cargo', versionArgs: ['--version'], oldest: '1.88' }],
  folder: import.meta.dirname,
  sources: ['Cargo.toml', 'Cargo.lock', 'src/main.rs'],
  // What cargo leaves beside the program is half a gigabyte, and of no further use.
  steps: (into) => {
    const target = join(into, 'target');
    const where = ['--path', '.', '--root', into, '--target-dir', target];
    return [
      ['cargo', 'install', '--quiet', '--locked', '--debug', ...where],
      ['rm', '-r', target],
    ];
  },
});

testClient(
  'the Rust crate spiffe',
  built === undefined ? undefined : { file: join(built, 'bin/interop-client'), args: [] },
);
