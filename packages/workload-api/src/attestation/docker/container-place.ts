/** Which container a process runs in, by its cgroup, and whose engine put it there. */
export interface ContainerPlace {
  readonly containerId: string;
  /**
   * The user whose engine may make cgroups in this place: 0 for the host's own. A rootless engine's user
   * can name cgroups at will below their own slice, so only that user's engine is to be asked about these.
   */
  readonly engineUid: number;
}

const ID = '(?<id>[0-9a-f]{64})';
const SCOPE = `(?:docker|libpod)-${ID}\\.scope`;
/** Where engines put containers, from the root: anything of that name elsewhere is somebody's invention. */
const PLACES: readonly RegExp[] = [
  new RegExp(`^/docker/${ID}(?<below>/.*)?$`),
  new RegExp(`^/libpod_parent/libpod-${ID}(?<below>/.*)?$`),
  new RegExp(`^/(?:system|machine)\\.slice/${SCOPE}(?<below>/.*)?$`),
  new RegExp(
    `^/user\\.slice/user-(?<uid>\\d{1,10})\\.slice/user@\\k<uid>\\.service/user\\.slice/${SCOPE}(?<below>/.*)?$`,
  ),
  // Beside ours: so it looks from a container whose cgroup namespace is its own (cgroup_namespaces(7)).
  new RegExp(`^/\\.\\./(?:${SCOPE})(?<below>/.*)?$`),
  new RegExp(`^/\\.\\./${ID}(?<below>/.*)?$`),
];

/**
 * Reads /proc/<pid>/cgroup, of version 1, version 2 or both: the kernel's word, which a workload can't
 * forge without the right to make cgroups. The engine's own places alone count, and the outermost
 * container there. Undefined for a process in none, in a container within a container (which the
 * outer engine knows nothing of), and where the hierarchies disagree.
 */
export function placeInCgroups(cgroups: string): ContainerPlace | undefined {
  const places = pathsOf(cgroups).map(placeOf);
  if (places.includes('nested')) return undefined;
  const found = places.filter((place) => typeof place === 'object');
  const [first, ...others] = found;
  if (first === undefined) return undefined;
  const agree = others.every(
    ({ containerId, engineUid }) => containerId === first.containerId && engineUid === first.engineUid,
  );
  return agree ? first : undefined;
}

/** Whether every hierarchy shows its own root: a cgroup namespace hides what is above. */
export function isAtRoot(cgroups: string): boolean {
  const paths = pathsOf(cgroups);
  return paths.length > 0 && paths.every((path) => path === '/');
}

/**
 * Our own container, by /proc/self/mountinfo: the engine mounts its files for the container's name over
 * /etc/hostname. Never to be read of another process, which may have mounted what it likes over it.
 */
export function ownContainerId(mountinfo: string): string | undefined {
  for (const line of mountinfo.split('\n')) {
    const [, , , root = '', mountPoint] = line.split(' ');
    if (mountPoint !== '/etc/hostname') continue;
    const id = /\/(?:overlay-)?containers\/([0-9a-f]{64})\/(?:userdata\/)?hostname$/.exec(root)?.[1];
    if (id !== undefined) return id;
  }
  return undefined;
}

/** Lines `number:controllers:path`; a path may hold colons of its own. */
function pathsOf(cgroups: string): string[] {
  return cgroups.split('\n').flatMap((line) => /^\d+:[^:]*:(\/.*)$/.exec(line)?.[1] ?? []);
}

function placeOf(path: string): ContainerPlace | 'nested' | undefined {
  for (const place of PLACES) {
    const groups = place.exec(path)?.groups;
    if (groups === undefined) continue;
    const { id: containerId = '', uid = '0', below = '' } = groups;
    return /[0-9a-f]{64}/.test(below) ? 'nested' : { containerId, engineUid: Number(uid) };
  }
  return undefined;
}
