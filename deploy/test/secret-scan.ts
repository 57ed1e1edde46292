import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { docker, root } from './engine.ts';
import type { Platform } from './platform.ts';

/** Long enough that nothing else is the same by chance, and no name of a role, which has small letters only. */
const isSecret = (word: string) => word.length >= 20 && /[A-Z]/.test(word);

/** Everything secret that lies in the project's volumes, read by a container of its own. */
export async function secretsOf(platform: Platform, image: string): Promise<string[]> {
  const volumes = await volumesOf(platform, (name) => name.startsWith('secrets-'));
  const mounts = volumes.flatMap((volume) => ['-v', `${volume}:/secrets/${volume}:ro`]);
  const shell = ['run', '--rm', '--network', 'none', ...mounts, '--entrypoint', 'bash', image, '-c'];
  const text = await docker([...shell, 'for file in /secrets/*/*; do cat "$file"; echo; done']);
  const words = text.split(/[\s:@]+/).filter(isSecret);
  return [...new Set(words)];
}

/** Where a secret stands that should stand nowhere: the file, the images, the containers, their logs. */
export async function findSecrets(platform: Platform, secrets: readonly string[]): Promise<string[]> {
  const places = new Map<string, string>();
  places.set('docker-compose.yml', readFileSync(join(root, 'docker-compose.yml'), 'utf8'));
  places.set('compose config', await platform.compose('config'));
  for (const id of await platform.containers()) {
    const name = (await docker(['inspect', '-f', '{{.Name}}', id])).trim();
    places.set(`the description of ${name}`, await docker(['inspect', id]));
    places.set(`the log of ${name}`, await platform.log(id));
  }
  for (const image of await platform.images()) {
    places.set(`the history of ${image}`, await docker(['history', '--no-trunc', image]));
    places.set(`the files of ${image}`, await filesHolding(image, secrets));
  }
  return [...places].flatMap(([place, text]) =>
    secrets.some((secret) => text.includes(secret)) ? [place] : [],
  );
}

/** The lines of the image's own files that hold one of these. */
async function filesHolding(image: string, secrets: readonly string[]): Promise<string> {
  const folders = '/app /etc /home /opt /root /run /srv /tmp /usr/local/bin /var';
  const script = `grep -rshF -f /dev/stdin ${folders}; true`;
  const shell = [
    'run',
    '--rm',
    '-i',
    '--network',
    'none',
    '--user',
    '0',
    '--entrypoint',
    'sh',
    image,
    '-c',
    script,
  ];
  return docker(shell, secrets.join('\n'));
}

async function volumesOf(platform: Platform, wanted: (name: string) => boolean): Promise<string[]> {
  const file = parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), {
    merge: true,
    maxAliasCount: -1,
  });
  return Object.keys(file.volumes)
    .filter(wanted)
    .map((name) => `${platform.project}_${name}`);
}
