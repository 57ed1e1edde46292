import { expect, test } from 'vitest';
import { k6Command } from './k6-command.ts';

const job = {
  script: '/repo/scenarios/x/load.k6.ts',
  scriptsFolder: '/repo/scenarios',
  workFolder: '/out/k6',
  settings: { ARM: 'static-key', RATE: '500' },
  certificateFile: '/out/k6/network.pem',
  dashboardFile: '/out/k6/dashboard.html',
};

test('a binary gets nothing of our environment but what the run needs', () => {
  const command = k6Command({ kind: 'binary', file: '/bin/k6', from: 'PATH' }, job, { SECRET: 's' });
  expect(command.file).toBe('/bin/k6');
  expect(command.args.slice(0, 1)).toEqual(['run']);
  expect(command.args.join(' ')).toContain('--out json=- -e ARM=static-key -e RATE=500 /repo/scenarios/x');
  expect(command.env).toMatchObject({
    K6_AUTO_EXTENSION_RESOLUTION: 'false',
    K6_NO_USAGE_REPORT: 'true',
    K6_WEB_DASHBOARD_PORT: '-1',
    SSL_CERT_FILE: '/out/k6/network.pem',
  });
  expect(command.env).not.toHaveProperty('SECRET');
});

test('an image runs on the loopback of the host, as us, and may write to one folder alone', () => {
  const k6 = { kind: 'image', docker: '/bin/docker', image: 'grafana/k6:2.2.0' } as const;
  const { file, args, env } = k6Command(k6, job, { DOCKER_HOST: 'unix:///x', NONE: undefined });
  expect(file).toBe('/bin/docker');
  expect(env).toEqual({ DOCKER_HOST: 'unix:///x' });
  const text = args.join(' ');
  for (const part of [
    '--network=host',
    '--read-only',
    '--cap-drop=ALL',
    `--user=${process.getuid?.()}`,
    '--volume=/repo/scenarios:/repo/scenarios:ro',
    '--env=SSL_CERT_FILE=/out/k6/network.pem',
    'grafana/k6:2.2.0 run',
  ])
    expect(text).toContain(part);
});
