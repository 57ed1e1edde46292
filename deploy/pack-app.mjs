#!/usr/bin/env node
// Lays out one app as its image holds it: node deploy/pack-app.mjs <app> <folder>
// From an installed and built checkout it copies the app, the packages it is linked to, and what these
// depend on at run time: nothing for development, no sources, no types, no manuals. `npm ci --omit=dev
// --workspace` won't do: to npm our testkit is a workspace like any other, and it brings testcontainers.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What a program doesn't read: source maps, sources and types, build state, manuals. */
const LEFT_OUT = /\.(?:map|[cm]?ts|tsbuildinfo)$|^(?:readme|changelog|history|contributing)(?:\.|$)/i;
/** What a workspace of ours holds for its makers alone; what is left is the compiled code and what it reads. */
const FOR_ITS_MAKERS = new Set([
  'src',
  'test',
  'bench',
  'node_modules',
  'tsconfig.json',
  'turbo.json',
  '.turbo',
]);

const root = resolve(fileURLToPath(import.meta.url), '../..');
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [app, out] = process.argv.slice(2);
  if (!app || !out) throw new TypeError('usage: node deploy/pack-app.mjs <app> <folder>');
  for (const folder of runtimeFolders(join(root, 'apps', app))) copyInto(resolve(out), folder);
}

/** The app's folder and those of all that it depends on at run time, each once: where it is, and the link that leads there. */
export function runtimeFolders(appFolder, base = root) {
  const found = new Map();
  const visit = (folder, link) => {
    if (found.has(folder)) return;
    found.set(folder, { folder, link });
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    for (const name of neededBy(manifest)) {
      const at = installed(name, folder, base);
      if (at) visit(realpathSync(at), at);
      else if (manifest.dependencies?.[name])
        throw new Error(`${name}, which ${folder} needs, is not installed`);
    }
  };
  visit(appFolder, appFolder);
  return [...found.values()];
}

function neededBy({ dependencies = {}, optionalDependencies = {}, peerDependencies = {}, ...manifest }) {
  const isOptional = (name) => manifest.peerDependenciesMeta?.[name]?.optional === true;
  const peers = Object.keys(peerDependencies).filter((name) => !isOptional(name));
  return new Set([...Object.keys(dependencies), ...Object.keys(optionalDependencies), ...peers]);
}

/** Where Node would find the package: the nearest node_modules upwards that has it. */
function installed(name, from, base) {
  for (let at = from; ; at = dirname(at)) {
    const place = join(at, 'node_modules', name);
    if (basename(at) !== 'node_modules' && existsSync(join(place, 'package.json'))) return place;
    if (at === base || at === dirname(at)) return undefined;
  }
}

function copyInto(out, { folder, link }) {
  const place = relative(root, folder);
  const isOurs = !place.startsWith('node_modules');
  // What is nested in a dependency was found by itself, if it is needed.
  const keep = (file) =>
    !LEFT_OUT.test(basename(file)) && !relative(folder, file).split(sep).includes('node_modules');
  for (const part of isOurs ? readdirSync(folder).filter((name) => !FOR_ITS_MAKERS.has(name)) : ['.']) {
    cpSync(join(folder, part), join(out, place, part), { recursive: true, filter: keep });
  }
  if (link === folder) return;
  const linkThere = join(out, relative(root, link));
  mkdirSync(dirname(linkThere), { recursive: true });
  symlinkSync(relative(dirname(linkThere), join(out, place)), linkThere);
}
