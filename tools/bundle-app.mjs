#!/usr/bin/env node
// Puts all that a built app loads into one file, `dist/bundled.js`, which worlds of processes start: of the
// time that a process takes to start, most is finding and reading a thousand or two of modules.
//   cd apps/network && node ../../tools/bundle-app.mjs
import { dirname, join, relative } from 'node:path';
import { rolldown } from 'rolldown';

const dist = join(process.cwd(), 'dist');
// Native parts are loaded from where they lie, and what is not installed stays so.
const LEFT_OUTSIDE = [
  /^node:/,
  /^koffi/,
  /^pg-native$/,
  /^@nestjs\/(websockets|microservices|platform-express)/,
  /^@fastify\/(static|view|multipart)$/,
  /^class-(validator|transformer)/,
];

/** Modules find migrations, policies and protocol definitions from where they lie: that stays as it is. */
const keepPlaces = {
  name: 'keep-places',
  transform(code, id) {
    if (!/import\.meta\.|__dirname/.test(code)) return null;
    const place = (path) => JSON.stringify(`./${relative(dist, path)}`);
    const folder = `(import.meta.dirname + '/' + ${place(dirname(id))})`;
    return code
      .replaceAll(/import\.meta\.dirname\b|(?<![\w.'"`-])__dirname\b(?!['"`-])/g, folder)
      .replaceAll(/import\.meta\.url\b/g, `new URL(${place(id)}, import.meta.url).href`);
  },
};

const bundle = await rolldown({
  input: join(dist, 'main.js'),
  platform: 'node',
  external: LEFT_OUTSIDE,
  plugins: [keepPlaces],
  logLevel: 'warn',
});
await bundle.write({ file: join(dist, 'bundled.js'), format: 'esm', codeSplitting: false });
await bundle.close();
