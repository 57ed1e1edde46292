import type { ClosedWay } from '../go/build-go-program.ts';
import { onPath, runProgram, type Surroundings } from '../programs.ts';
import { type K6, K6_IMAGE } from './k6.ts';

const PULL_MS_MAX = 5 * 60_000;

/** k6 from its image, where a Docker engine has it or can pull it. */
export async function k6Image(
  options: Surroundings & { readonly onProgress: (line: string) => void },
): Promise<K6 | ClosedWay> {
  const docker = onPath('docker', options);
  if (!docker) return { closed: 'there is no Docker to run its image' };
  const engine = await runProgram(docker, ['version', '--format', '{{.Server.Version}}'], options);
  if (!engine.ok) return { closed: `the Docker engine does not answer: ${engine.complaint}` };
  const found: K6 = { kind: 'image', docker, image: K6_IMAGE };
  if ((await runProgram(docker, ['image', 'inspect', K6_IMAGE], options)).ok) return found;
  options.onProgress(`pulling ${K6_IMAGE} ...`);
  const pulled = await runProgram(docker, ['pull', K6_IMAGE], { ...options, timeoutMs: PULL_MS_MAX });
  return pulled.ok ? found : { closed: `${K6_IMAGE} can't be pulled: ${pulled.complaint}` };
}
