import { getContainerRuntimeClient, ImageName } from 'testcontainers';

type Engine = Awaited<ReturnType<typeof getContainerRuntimeClient>>;

const RYUK = 'testcontainers/ryuk:0.14.0';
let found: Promise<Engine | null> | undefined;

/** The machine's Docker engine, ready for testcontainers; null where none answers. */
export function findDockerEngine(): Promise<Engine | null> {
  found ??= connect();
  return found;
}

/** Whether the engine has the image, or can get it. */
export async function hasImage(engine: Engine, image: string): Promise<boolean> {
  try {
    await engine.image.pull(ImageName.fromString(image));
    return true;
  } catch {
    return false;
  }
}

async function connect(): Promise<Engine | null> {
  // Tests talk to loopback only; left alone, testcontainers may take the bridge's address.
  process.env['TESTCONTAINERS_HOST_OVERRIDE'] ??= '127.0.0.1';
  try {
    const engine = await getContainerRuntimeClient();
    // Where its reaper's image can't be had, `removeWhenGone` does the reaper's work.
    if (!(await hasImage(engine, process.env['RYUK_CONTAINER_IMAGE'] ?? RYUK))) {
      process.env['TESTCONTAINERS_RYUK_DISABLED'] ??= 'true';
    }
    return engine;
  } catch {
    return null;
  }
}
