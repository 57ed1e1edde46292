import { join } from 'node:path';
import { buildClient } from '../build-client.ts';
import { testClient } from '../client-suite.ts';

const built = await buildClient({
  name: 'rust',
  toolchain: [{ program: 'cargo', versionArgs: ['--version'], oldest: '1.88' }],
  folder: import.meta.dirname,
  sources: ['Cargo.toml', 'Cargo.lock', 'src/main.rs'],
  steps: (into) => [['cargo', 'build', '--quiet', '--locked', '--target-dir', into]],
});

testClient(
  'the Rust crate spiffe',
  built === undefined ? undefined : { file: join(built, 'debug/interop-client'), args: [] },
);
