#!/usr/bin/env node
// Says whether each app's image can be built for arm64 on a machine that is not one: installs from the lock
// as npm would there, and compares the native addons of each app with those it has here.
//   node tools/check-arm64.mjs
// Needs the package registry; runs nothing of what it installs.
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runtimeFolders } from '../deploy/pack-app.mjs';

const AARCH64 = 0xb7;
const root = resolve(fileURLToPath(import.meta.url), '../..');
const there = mkdtempSync(join(tmpdir(), 'blastradius-arm64-'));
try {
  install(there);
  const apps = readdirSync(join(root, 'apps')).filter((app) => app !== 'cli');
  const wrong = apps.flatMap((app) => compare(app));
  for (const line of wrong) console.error(`check-arm64: ${line}`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
} finally {
  rmSync(there, { recursive: true, force: true });
}

function install(folder) {
  for (const manifest of globSync(['package.json', 'package-lock.json', '{apps,packages}/*/package.json'], {
    cwd: root,
  })) {
    mkdirSync(dirname(join(folder, manifest)), { recursive: true });
    copyFileSync(join(root, manifest), join(folder, manifest));
  }
  const platform = ['--cpu=arm64', '--os=linux', '--libc=glibc'];
  const quietly = ['--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
  const { status, stderr } = spawnSync('npm', ['ci', ...platform, ...quietly], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`npm ci for arm64 failed:\n${stderr}`);
}

/** What is wrong with this app's addons; says what it found. */
function compare(app) {
  const here = addonsOf(root, app);
  const arm = addonsOf(there, app);
  const isMissing = [...here.keys()].filter((name) => !arm.has(name));
  const foreign = [...arm].filter(([, files]) => !files.some((file) => machineOf(file) === AARCH64));
  console.log(`check-arm64: ${app}: ${[...arm.keys()].join(', ') || 'no native addon'}`);
  return [
    ...isMissing.map((name) => `${app}: ${name} has no build for arm64`),
    ...foreign.map(([name]) => `${app}: ${name} holds no aarch64 binary`),
  ];
}

/** The packages below the app that hold native addons, with the platform taken out of their names. */
function addonsOf(base, app) {
  const found = new Map();
  for (const { folder } of runtimeFolders(join(base, 'apps', app), base)) {
    const files = globSync('**/*.node', { cwd: folder, exclude: ['node_modules'] });
    if (files.length === 0) continue;
    const name = folder.slice(base.length + 1).replace(/^node_modules\//, '');
    found.set(
      name.replace(/-(?:x64|arm64)\b/, ''),
      files.map((file) => join(folder, file)),
    );
  }
  return found;
}

/** The machine that an ELF file is for (its e_machine, at byte 18). */
function machineOf(file) {
  const header = Buffer.alloc(20);
  readSync(openSync(file, 'r'), header, 0, 20, 0);
  return header.subarray(0, 4).toString('latin1') === '\x7fELF' ? header.readUInt16LE(18) : undefined;
}
