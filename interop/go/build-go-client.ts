import { join } from 'node:path';
import { buildClient } from '../build-client.ts';
import type { ClientProgram } from '../client-program.ts';

/** go-spiffe v2: as a client of the Workload API, and at either end of mutual TLS. */
export async function buildGoClient(): Promise<ClientProgram | undefined> {
  const built = await buildClient({
    name: 'go',
    toolchain: [{ program: 'go', versionArgs: ['version'], oldest: '1.24' }],
    folder: import.meta.dirname,
    sources: ['go.mod', 'go.sum', 'main.go', 'x509.go', 'tokens.go', 'mutual_tls.go'],
    steps: (into) => [['go', 'build', '-mod=readonly', '-o', join(into, 'client'), '.']],
  });
  return built === undefined ? undefined : { file: join(built, 'client'), args: [] };
}
