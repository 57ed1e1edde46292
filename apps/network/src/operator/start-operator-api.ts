import { rmSync } from 'node:fs';
import { createNestApp, type Logger } from '@blastradius/nest-kit';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type OperatorParts, operatorModule } from './operator.module.ts';

/** Serves the operator's API on a Unix socket that only this process's own user may open. */
export async function startOperatorApi(
  parts: OperatorParts & { readonly socket: string; readonly logger: Logger },
): Promise<NestFastifyApplication> {
  const app = await createNestApp(operatorModule(parts), { logger: parts.logger });
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  // A process that was killed has left its socket behind.
  rmSync(parts.socket, { force: true });
  // The socket is never open to others, not even before a chmod.
  const previous = process.umask(0o177);
  try {
    await app.listen({ path: parts.socket });
  } finally {
    process.umask(previous);
  }
  return app;
}
