import { join } from 'node:path';
import { buildClient } from '../build-client.ts';
import { testClient } from '../client-suite.ts';

const built = await buildClient({
  name: 'java',
  toolchain: [
    { program: 'javac', versionArgs: ['--version'], oldest: '17' },
    { program: 'mvn', versionArgs: ['--version'], oldest: '3.6' },
  ],
  folder: import.meta.dirname,
  sources: ['pom.xml', 'Client.java'],
  steps: (into) => [
    [
      'mvn',
      '--quiet',
      '--batch-mode',
      'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies',
      `-DoutputDirectory=${join(into, 'lib')}`,
    ],
    ['javac', '-cp', join(into, 'lib/*'), '-d', join(into, 'classes'), 'Client.java'],
  ],
});

testClient(
  'java-spiffe',
  built === undefined
    ? undefined
    : { file: 'java', args: ['-cp', `${join(built, 'classes')}:${join(built, 'lib/*')}`, 'Client'] },
);
