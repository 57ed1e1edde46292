import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const source = fileURLToPath(new URL('../src/index.ts', import.meta.url));

/** What a process of its own that runs `script` leaves on stderr, and how it ended. */
function run(script: string) {
  const { stderr, status } = spawnSync(
    process.execPath,
    ['--conditions=@blastradius/source', '--input-type=module', '--eval', `${imports}${script}`],
    { encoding: 'utf8' },
  );
  const lines = stderr.trimEnd().split('\n');
  return { status, stderr, lines: lines.map((line) => JSON.parse(line)) };
}
const imports = `import { createLogger, endOnCrash } from ${JSON.stringify(source)};`;

describe('createLogger', () => {
  it('writes lines of one shape to stderr', () => {
    const { lines } = run(`createLogger('issuer').warn({ err: new Error('away'), failures: 2 }, 'not yet')`);
    expect(Object.keys(lines[0])).toEqual(['level', 'time', 'name', 'err', 'failures', 'msg']);
    expect(lines[0]).toMatchObject({
      level: 'warn',
      name: 'issuer',
      msg: 'not yet',
      err: { message: 'away' },
    });
    expect(new Date(lines[0].time).toISOString()).toBe(lines[0].time);
  });

  it('lets no secret through, however deep it lies and however it got there', () => {
    const { stderr, lines } = run(`
      const err = new Error('connecting to postgres://issuer:hunter2@db/x failed', {
        cause: new Error('Authorization: Bearer hunter2.hunter2'),
      });
      err.options = { headers: { 'X-API-Key': 'public', 'Set-Cookie': 'hunter2', apikey: 'hunter2' } };
      const logger = createLogger('issuer').child({ join_token: 'hunter2' });
      logger.error({ err, a: { b: { c: { d: [{ privateKey: Buffer.from('hunter2') }] } } } }, 'failed');
      logger.info('the agent showed moltbook_sk_hunter2 and sb_secret_hunter2');
      logger.info({ pem: '-----BEGIN PRIVATE KEY-----\\nhunter2\\n-----END PRIVATE KEY-----' }, 'pem');
    `);
    expect(stderr).not.toMatch(/hunter2/);
    expect(stderr).not.toContain('"data":[104');
    expect(lines[0].err.options.headers['X-API-Key']).toBe('public');
    expect(lines[0].err.message).toContain('postgres://issuer:[redacted]@db/x');
  });

  it('leaves everything else as it is', () => {
    const { stderr } = run(`createLogger('issuer').info({ keys: 3, keyed: 'hunter2' }, 'hunter2')`);
    expect(stderr.match(/hunter2/g)).toHaveLength(2);
  });
});

describe('endOnCrash', () => {
  it.each([
    ['an exception', `throw new Error('moltbook_sk_hunter2');`],
    ['a rejection', `Promise.reject(new Error('moltbook_sk_hunter2')); await new Promise(() => {});`],
    ['a rejection at start', `await Promise.reject(new Error('moltbook_sk_hunter2'));`],
  ])('logs %s that nobody caught without its secrets, and ends with an error', (_, fault) => {
    const { status, stderr, lines } = run(`endOnCrash(createLogger('issuer')); ${fault}`);
    expect(status).toBe(1);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ level: 'fatal', name: 'issuer' });
    expect(stderr).not.toContain('hunter2');
  });
});
