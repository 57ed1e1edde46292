import { join } from 'node:path';
import { buildClient } from '../build-client.ts';
import { testClient } from '../client-suite.ts';

const folder = import.meta.dirname;
const built = await buildClient({
  name: 'python',
  toolchain: [{ program: 'python3', versionArgs: ['--version'], oldest: '3.10' }],
  folder,
  sources: ['requirements.txt'],
  steps: (into) => [
    ['python3', '-m', 'venv', into],
    [join(into, 'bin/pip'), 'install', '--quiet', '--requirement', 'requirements.txt'],
  ],
});

testClient(
  'py-spiffe',
  built === undefined ? undefined : { file: join(built, 'bin/python'), args: [join(folder, 'client.py')] },
);
