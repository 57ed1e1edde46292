import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { call, docker, findComposes } from './engine.ts';

const PROFILES = ['--profile', 'attack', '--profile', 'load'];
const STATE = '{{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{end}}';

/** The platform under a project name of its own, with images and ports of its own. */
export class Platform {
  readonly project = `brtest${randomBytes(3).toString('hex')}`;
  readonly #compose: readonly [string, ...string[]];
  #env: Record<string, string> = {};

  private constructor(compose: readonly [string, ...string[]]) {
    this.#compose = compose;
  }

  /** `settings` are further variables for compose, such as the files that it reads (COMPOSE_FILE). */
  static async open(settings: Readonly<Record<string, string>> = {}): Promise<Platform> {
    const [compose] = await findComposes();
    if (compose === undefined) throw new TypeError('no compose is there');
    const platform = new Platform(compose);
    const [one = 0, other = 0] = await Promise.all([freePort(), freePort()]);
    platform.#env = {
      IMAGE_TAG: 'test',
      BLASTRADIUS_STATIC_KEY_PORT: String(one),
      BLASTRADIUS_X509_SVID_PORT: String(other),
      ...settings,
    };
    return platform;
  }

  compose(...args: string[]): Promise<string> {
    const [program, ...first] = this.#compose;
    return call(program, [...first, '-p', this.project, ...args], { env: this.#env });
  }

  /** For a command that drives the platform: which project it is, its images and its ports. */
  get environment(): Record<string, string> {
    return { ...this.#env, COMPOSE_PROJECT_NAME: this.project };
  }

  async up(...services: string[]): Promise<void> {
    await this.compose('--profile', 'attack', 'up', '-d', ...services);
  }

  /** The same images by another name, which is all that compose sees of an upgrade. */
  async upgrade(): Promise<void> {
    for (const image of await this.images()) {
      if (image.endsWith(':test')) await docker(['tag', image, image.replace(/test$/, 'next')]);
    }
    this.#env = { ...this.#env, IMAGE_TAG: 'next' };
    await this.up();
  }

  async down(): Promise<void> {
    await this.compose(...PROFILES, 'down', '-v', '--timeout', '3');
  }

  async containerOf(service: string): Promise<string> {
    const [id] = await this.#containers('-a', '--filter', `label=com.docker.compose.service=${service}`);
    if (id === undefined) throw new TypeError(`${service} has no container`);
    return id;
  }

  /** Service and container of everything that runs. */
  async running(): Promise<{ service: string; id: string }[]> {
    const format = '{{.ID}} {{.Label "com.docker.compose.service"}}';
    const lines = (await docker(['ps', '--no-trunc', '--filter', this.#label, '--format', format])).split(
      '\n',
    );
    return lines.filter(Boolean).map((line) => {
      const [id = '', service = ''] = line.split(' ');
      return { id, service };
    });
  }

  async exec(service: string, command: readonly string[], input = ''): Promise<string> {
    return docker(['exec', '-i', await this.containerOf(service), ...command], input);
  }

  /** Running, and healthy where it has a check. */
  async untilWell(services: readonly string[], withinMs: number): Promise<void> {
    const deadlineMs = Date.now() + withinMs;
    for (const service of services) {
      for (let state = await this.stateOf(service); !/^running (?:healthy)?$/.test(state); ) {
        if (Date.now() > deadlineMs) throw new Error(`${service} is ${state}`);
        await pause(500);
        state = await this.stateOf(service);
      }
    }
  }

  async stateOf(service: string): Promise<string> {
    return (await docker(['inspect', '-f', STATE, await this.containerOf(service)])).replace(/\n$/, '');
  }

  /** All containers of the project, also those that have ended. */
  containers(): Promise<string[]> {
    return this.#containers('-a');
  }

  /** Of the containers: ours and those of others. */
  async images(): Promise<string[]> {
    const ids = await this.containers();
    const images = await docker(['inspect', '-f', '{{.Config.Image}}', ...ids]);
    return [...new Set(images.split('\n').filter(Boolean))];
  }

  /** Both streams of the container's log. */
  log(id: string): Promise<string> {
    return call('sh', ['-c', 'docker logs "$1" 2>&1', 'sh', id]);
  }

  /** What the engine still holds of this project, of each kind. */
  async leftovers(): Promise<string[]> {
    const kinds = [
      ['ps', '-aq'],
      ['volume', 'ls', '-q'],
      ['network', 'ls', '-q'],
    ];
    const found = await Promise.all(kinds.map((kind) => docker([...kind, '--filter', this.#label])));
    return found.flatMap((text) => text.split('\n')).filter(Boolean);
  }

  async #containers(...args: string[]): Promise<string[]> {
    const ids = await docker(['ps', '-q', '--no-trunc', '--filter', this.#label, ...args]);
    return ids.split('\n').filter(Boolean);
  }

  get #label(): string {
    return `label=com.docker.compose.project=${this.project}`;
  }
}

function freePort(): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const server = createServer().once('error', reject);
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    server.close(() => resolve(address !== null && typeof address === 'object' ? address.port : 0));
  });
  return promise;
}
