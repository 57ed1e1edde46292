/** What an engine says of a running container; never its environment, which holds secrets. */
export interface ContainerFacts {
  readonly id: string;
  /** The digest that the image is known by in the engine (`sha256:hex`): its content. */
  readonly imageId: string;
  /** The name by which the container was started: whatever lay under it then. */
  readonly imageName: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Of its first process, as the engine's pid namespace counts. */
  readonly pid: number;
}

/** Where facts about containers come from. */
export interface ContainerFactsSource {
  /** Undefined where the engine knows no such container that runs. Throws `AttestorUnavailable` where it is away. */
  factsOf(containerId: string): Promise<ContainerFacts | undefined>;
}

/** Reads what came over a socket; throws a TypeError that says what is wrong with it. */
export function parseContainerFacts(text: string): ContainerFacts {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null)
    throw new TypeError('facts about a container are no object');
  const { id, imageId, imageName, labels, pid } = value as Record<string, unknown>;
  if (typeof id !== 'string' || typeof imageId !== 'string' || typeof imageName !== 'string') {
    throw new TypeError('facts about a container lack its id or its image');
  }
  if (!isTextByName(labels)) throw new TypeError('the labels of a container are no texts by name');
  if (typeof pid !== 'number' || !Number.isSafeInteger(pid)) {
    throw new TypeError('facts about a container lack its first process');
  }
  return { id, imageId, imageName, labels, pid };
}

function isTextByName(value: unknown): value is Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((text) => typeof text === 'string');
}
