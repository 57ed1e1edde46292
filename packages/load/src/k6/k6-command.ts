import { createHash } from 'node:crypto';
import type { K6, K6Service } from './k6.ts';

/** One run of k6: what it runs, with which settings, and where it may write. */
export interface K6Job {
  readonly script: string;
  /** The folder with all scripts: `script` and what it imports. */
  readonly scriptsFolder: string;
  /** The only folder k6 writes to: names, summary, dashboard, the server's certificate. */
  readonly workFolder: string;
  /** What the script reads from its environment. */
  readonly settings: Readonly<Record<string, string>>;
  /** The only certificate that k6 trusts, where it speaks TLS. */
  readonly certificateFile?: string;
  readonly dashboardFile?: string;
}

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** How k6 is started: nothing asked of the internet, metrics on stdout, complaints on stderr. */
export function k6Command(k6: K6, job: K6Job, ownEnv: Readonly<Record<string, string | undefined>>): Command {
  const settings = Object.entries(job.settings).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
  const args = [
    'run',
    '--quiet',
    '--no-color',
    '--no-usage-report',
    '--out',
    'json=-',
    ...settings,
    job.script,
  ];
  const env = k6Environment(job);
  if (k6.kind === 'binary') {
    return { file: k6.file, args, env: { PATH: '/usr/bin:/bin', HOME: job.workFolder, ...env } };
  }
  if (k6.kind === 'service') return serviceCommand(k6, job, args);
  // Environment for the client alone: how it reaches the engine.
  const clientEnv = Object.fromEntries(Object.entries(ownEnv).filter(([, value]) => value !== undefined));
  return {
    file: k6.docker,
    args: [...containerArgs(job, env), k6.image, ...args],
    env: clientEnv as Record<string, string>,
  };
}

/** As docker-compose.yml has it: its user, its namespaces, its limits. */
function serviceCommand(
  { command, service, image }: K6Service,
  job: K6Job,
  args: readonly string[],
): Command {
  const [file, ...composeArgs] = command;
  const env = k6Environment(job);
  return {
    file,
    args: [
      ...composeArgs,
      'run',
      '--rm',
      '-T',
      '--no-deps',
      '--name',
      containerNameOf(job),
      ...volumes(job).flatMap((volume) => ['-v', volume]),
      ...Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`]),
      service,
      ...args,
    ],
    env: { ...process.env, K6_IMAGE: image } as Record<string, string>,
  };
}

/** One work folder, one run, one container. */
export const containerNameOf = ({ workFolder }: K6Job): string =>
  `blastradius-k6-${createHash('sha256').update(workFolder).digest('hex').slice(0, 16)}`;

const volumes = ({ scriptsFolder, workFolder }: K6Job) => [
  `${scriptsFolder}:${scriptsFolder}:ro`,
  `${workFolder}:${workFolder}`,
];

function k6Environment({ certificateFile, dashboardFile }: K6Job): Record<string, string> {
  return {
    K6_NO_USAGE_REPORT: 'true',
    K6_AUTO_EXTENSION_RESOLUTION: 'false',
    ...(certificateFile ? { SSL_CERT_FILE: certificateFile, SSL_CERT_DIR: '/nonexistent' } : {}),
    ...(dashboardFile
      ? {
          K6_WEB_DASHBOARD: 'true',
          // No port: the dashboard is only exported.
          K6_WEB_DASHBOARD_PORT: '-1',
          K6_WEB_DASHBOARD_PERIOD: '1s',
          K6_WEB_DASHBOARD_EXPORT: dashboardFile,
        }
      : {}),
  };
}

/** The host's network, because the targets listen on its loopback; and as little else as can be. */
function containerArgs(job: K6Job, env: Readonly<Record<string, string>>): string[] {
  return [
    'run',
    '--rm',
    '--network=host',
    '--read-only',
    '--cap-drop=ALL',
    '--security-opt=no-new-privileges',
    `--user=${process.getuid?.() ?? 1000}:${process.getgid?.() ?? 1000}`,
    '--tmpfs=/tmp',
    `--cidfile=${containerIdFile(job)}`,
    ...volumes(job).map((volume) => `--volume=${volume}`),
    '--env=HOME=/tmp',
    ...Object.entries(env).map(([name, value]) => `--env=${name}=${value}`),
  ];
}

export const containerIdFile = ({ workFolder }: K6Job): string => `${workFolder}/container-id`;
