import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openReadinessProbe, type ReadinessProbe } from './readiness.ts';
import { serveHealth } from './serve-health.ts';

describe('serveHealth', () => {
  it('says alive and ready by the status alone, and knows no other address', async () => {
    let ready: () => Promise<boolean> | boolean = () => true;
    const server = await serveHealth({ address: '127.0.0.1', port: 0, isReady: () => ready() });
    const ask = async (path: string) => (await fetch(`http://127.0.0.1:${server.port}${path}`)).status;
    expect([await ask('/healthz'), await ask('/readyz'), await ask('/metrics')]).toEqual([200, 200, 404]);
    ready = () => false;
    expect([await ask('/healthz'), await ask('/readyz')]).toEqual([200, 503]);
    ready = () => Promise.reject(new Error('the database is away'));
    const refused = await fetch(`http://127.0.0.1:${server.port}/readyz`);
    expect([refused.status, await refused.json()]).toEqual([503, { status: 'unavailable' }]);
    server.close();
    await expect(ask('/healthz')).rejects.toThrow();
  });

  it('fails where its port is taken', async () => {
    const first = await serveHealth({ address: '127.0.0.1', port: 0, isReady: () => true });
    const second = serveHealth({ address: '127.0.0.1', port: first.port, isReady: () => true });
    await expect(second).rejects.toThrow('EADDRINUSE');
    first.close();
  });
});

describe('openReadinessProbe', () => {
  let probe: ReadinessProbe;
  let port: number;
  beforeEach(async () => {
    const free = await serveHealth({ address: '127.0.0.1', port: 0, isReady: () => true });
    port = free.port;
    free.close();
    probe = await openReadinessProbe({ HEALTH_PORT: String(port) });
  });
  afterEach(() => probe.close());
  const status = async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).status;

  it('is ready neither before the start nor while stopping, and in between when the check says so', async () => {
    expect(await status()).toBe(503);
    let works = true;
    probe.started(() => works);
    expect(await status()).toBe(200);
    works = false;
    expect(await status()).toBe(503);
    works = true;
    probe.stopping();
    expect(await status()).toBe(503);
  });

  it('serves nothing where no port is named, and refuses what is none', async () => {
    const silent = await openReadinessProbe({});
    silent.started();
    silent.close();
    await expect(openReadinessProbe({ HEALTH_PORT: 'http' })).rejects.toThrow('HEALTH_PORT is http');
    await expect(openReadinessProbe({ HEALTH_PORT: '70000' })).rejects.toThrow('must be a port number');
  });
});
