#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [major] = process.versions.node.split('.').map(Number);
const main = fileURLToPath(new URL('../dist/bundled.js', import.meta.url));
if (major < 22 || !existsSync(main)) {
  const what = major < 22 ? `this is Node ${process.versions.node}, too old` : 'it is not built yet';
  console.error(
    `blastradius: ${what}; run it once by \`npm run demo\`, or build with \`npm run build\`, then \`npx blastradius\``,
  );
  process.exit(1);
}
await import(main);
