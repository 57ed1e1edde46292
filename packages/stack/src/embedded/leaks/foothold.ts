import type { Foothold } from '@blastradius/contracts';
import { ComponentMissing } from '../../stack.errors.ts';
import type { Agents } from '../../world/world.ts';
import type { EmbeddedSetting } from '../embedded-setting.ts';
import type { IdentityPlane } from '../identity-plane.ts';
import type { Vault } from '../vault.ts';
import type { CompanyProxy } from './company-proxy.ts';
import { leakedFile, leakOf } from './leaked-file.ts';

/** What of a world the thief may stand in. */
export interface WorldParts {
  readonly setting: EmbeddedSetting;
  readonly identity: IdentityPlane | undefined;
  readonly vault: Vault | undefined;
  readonly agents: Agents;
  readonly networkUrl: string;
  /** The way that some agents take to the network, where the thief may stand in it. */
  readonly way: CompanyProxy | undefined;
}

/** Where the thief stands in this world when it begins. */
export async function footholdOf(parts: WorldParts): Promise<Foothold> {
  const { setting, identity, agents, networkUrl } = parts;
  const leak = leakOf(setting);
  switch (leak) {
    case 'open-database':
    case 'direct-messages':
    case 'prompt-injection':
    case 'issuer-outage':
      return { leak };
    case 'database-dump':
    case 'request-logs':
    case 'retired-agent':
      return { leak, file: leakedFile(setting) };
    case 'agent-memory':
      // A program that one agent has run, say; those that share a process would be in it together.
      return { leak, pids: agents.pids.slice(agents.ownProcesses > 0 ? 1 : 0).slice(0, 1) };
    case 'host-root': {
      const sidecar = identity ? [identity.pids.sidecar()] : [];
      const workloadApiSocket = identity?.workloadApiSocket ?? null;
      return {
        leak,
        pids: [...agents.pids, ...sidecar],
        agentPids: [...agents.pids],
        workloadApiSocket,
      };
    }
    case 'sidecar-socket':
      return {
        leak,
        workloadApiSocket: identityOf(parts).workloadApiSocket,
        agentPids: [...agents.pids],
      };
    case 'issuer-signing-key':
      return { leak, pid: identityOf(parts).pids.issuer() };
    case 'vault-bootstrap-secret': {
      const { vaultUrl, bootstrapSecretFile } = vaultOf(parts);
      return { leak, vaultUrl, secretFile: bootstrapSecretFile };
    }
    case 'man-in-the-middle':
      return { leak, networkUrl, ...interceptionOf(parts) };
  }
}

function vaultOf({ vault, setting }: WorldParts): Vault {
  if (vault) return vault;
  throw new ComponentMissing(
    `the leak ${setting.leakVector} needs a vault, and arm ${setting.arm} has none; leave it out`,
  );
}

function interceptionOf({ way }: WorldParts) {
  if (way) return way.interception;
  throw new ComponentMissing('no agent of this world goes through a proxy, so that nobody can stand in it');
}

function identityOf({ identity, setting }: WorldParts): IdentityPlane {
  if (identity) return identity;
  throw new ComponentMissing(
    `the leak ${setting.leakVector} needs an issuer and a sidecar, and arm ${setting.arm} has none; leave it out`,
  );
}
