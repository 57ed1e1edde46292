import { z } from 'zod';
import type { OpenLeak } from '../leak-act.ts';
import { readFrom } from '../read-if-there.ts';
import { credentialsOfRequest } from './credentials-of-request.ts';

const REFUSED = 401;

const logged = z.object({
  method: z.string(),
  uri: z.string(),
  status: z.number(),
  headers: z.record(z.string(), z.unknown()),
});
export type LoggedRequest = z.infer<typeof logged>;

/** A log that keeps requests with their headers, read on from where the last look ended. */
export const openRequestLogs: OpenLeak<'request-logs'> = ({ file }) => {
  let offset = 0;
  return {
    look: async () => {
      const text = (await readFrom(file, offset)) ?? '';
      const whole = text.slice(0, text.lastIndexOf('\n') + 1);
      offset += Buffer.byteLength(whole);
      const requests = requestsIn(whole);
      // What was refused is of no use to anybody; our own lies of before are among it.
      const useful = requests.filter(({ status }) => status !== REFUSED);
      return { credentials: useful.flatMap(credentialsOf), rows: requests.length };
    },
  };
};

export function requestsIn(log: string): LoggedRequest[] {
  return log.split('\n').flatMap((line) => {
    try {
      return logged.safeParse(JSON.parse(line)).data ?? [];
    } catch {
      return [];
    }
  });
}

function credentialsOf({ method, uri, headers }: LoggedRequest) {
  const texts = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' ? [[name, value]] : [],
  );
  return credentialsOfRequest({ method, path: uri, headers: Object.fromEntries(texts) });
}
