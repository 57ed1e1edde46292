import { join } from 'node:path';
import type { Foothold } from '@blastradius/contracts';
import { ComponentMissing } from '../stack.errors.ts';
import type { DueEvent } from '../trial/timeline.ts';
import type { Agents } from '../world/world.ts';
import type { Backend } from './backend.ts';
import type { EmbeddedSetting } from './embedded-setting.ts';
import type { IdentityPlane } from './identity-plane.ts';

/** What of a world the thief may stand in. */
export interface WorldParts {
  readonly setting: EmbeddedSetting;
  readonly identity: IdentityPlane | undefined;
  readonly agents: Agents;
  readonly networkUrl: string;
}

/** Where the thief stands in this world when it begins. */
export async function footholdOf(parts: WorldParts): Promise<Foothold> {
  const { setting, identity, agents } = parts;
  const leak = setting.leak === 'off' ? 'open-database' : setting.leakVector;
  switch (leak) {
    case 'open-database':
    case 'direct-messages':
    case 'prompt-injection':
    case 'issuer-outage':
      return { leak };
    case 'database-dump':
      return { leak, file: join(setting.socketFolder, 'dump.sql') };
    case 'request-logs':
      return { leak, file: join(setting.socketFolder, 'requests.log') };
    case 'retired-agent':
      return { leak, file: join(setting.socketFolder, 'retired-agent') };
    case 'agent-memory':
      return { leak, pids: [...agents.pids] };
    case 'host-root': {
      const sidecar = identity ? [identity.pids.sidecar()] : [];
      const workloadApiSocket = identity?.workloadApiSocket ?? null;
      return { leak, pids: [...agents.pids, ...sidecar], workloadApiSocket };
    }
    case 'sidecar-socket':
      return { leak, workloadApiSocket: identityOf(parts).workloadApiSocket };
    case 'issuer-signing-key':
      return { leak, pid: identityOf(parts).pids.issuer() };
    case 'vault-bootstrap-secret':
    case 'man-in-the-middle':
      throw new ComponentMissing(`this world has no place for the leak ${leak}; leave it out`);
  }
}

function identityOf({ identity, setting }: WorldParts): IdentityPlane {
  if (identity) return identity;
  throw new ComponentMissing(
    `the leak ${setting.leakVector} needs an issuer and a sidecar, and arm ${setting.arm} has none; leave it out`,
  );
}

/** What has to happen in the world so that something lies where the thief will look. */
export function leakEventsOf(
  _parts: { readonly setting: EmbeddedSetting; readonly backend: Backend; readonly agents: Agents },
  _foothold: Foothold,
): DueEvent[] {
  return [];
}
