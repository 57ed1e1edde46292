import { makeSecrets } from './make-secrets.ts';

const folder = process.env['SECRETS_FOLDER'];
if (!folder?.startsWith('/')) throw new TypeError('SECRETS_FOLDER must name the folder of the secrets');
const made = makeSecrets(folder);
// Names alone: what they hold is nobody's business but theirs.
process.stderr.write(
  `${JSON.stringify({ level: 'info', name: 'secrets', msg: 'secrets are there', made })}\n`,
);
