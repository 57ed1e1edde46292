import type { Bench } from '../harness/bench.ts';
import { endToEnd } from './end-to-end.ts';
import { inProcess } from './in-process.ts';

export const issuance: Bench = {
  name: 'issuance',
  summary: 'SVIDs minted for each second and core, beside OpenSSL and spire-server',
  flags: {
    rounds: { type: 'string' },
    clients: { type: 'string' },
    identities: { type: 'string' },
  },
  run: async (session) => {
    await inProcess(session);
    await endToEnd(session);
  },
};
