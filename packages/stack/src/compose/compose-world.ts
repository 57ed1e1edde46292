import { join } from 'node:path';
import { createNetworkOperator, order } from '../world/network-operator.ts';
import type { World } from '../world/world.ts';
import type { WorldSetting } from '../world/world-setting.ts';
import { servicesOf } from './arm-services.ts';
import { steerAgents } from './compose-agents.ts';
import { composeDatabase } from './compose-database.ts';
import { composeLoadEntry } from './compose-load.ts';
import { steerThief } from './compose-thief.ts';
import type { Containers } from './containers.ts';
import { openOperatorRelay } from './operator-relay.ts';
import type { ComposeProject } from './world-loan.ts';

const OPERATOR_SOCKET = '/run/blastradius/network-operator.sock';
const ISSUER_SOCKET = '/run/issuer/admin.sock';
const LEDGER_FOLDER = '/var/lib/blastradius';

/** Takes the steering of one arm's containers, which are healthy and belong to the run called `world`. */
export async function steerWorld(
  setting: WorldSetting,
  project: ComposeProject,
  world: string,
): Promise<World> {
  const { containers } = project;
  const services = servicesOf(setting.arm);
  const database = composeDatabase(containers, `moltbook_${setting.arm.replaceAll('-', '_')}${world}`);
  const agents = await steerAgents(setting, services.fleets, containers);
  const thief = await steerThief(setting, services.attacker, containers);
  const relay = openOperatorRelay(await containers.idOf(services.network), OPERATOR_SOCKET);
  const [issuer] = services.issuers;
  const issuerRelay = issuer && openOperatorRelay(await containers.idOf(issuer), ISSUER_SOCKET);
  const parts = { network: services.network, issuer: services.issuers[0], sidecar: services.sidecar };
  return {
    setting,
    networkUrl: `https://${services.network}:8443`,
    agents,
    thief,
    backupFile: services.backupFile,
    leakEvents: [],
    operator: createNetworkOperator(relay.request),
    loadEntry: await composeLoadEntry(setting.arm, services.network, project),
    forceRotation: issuerRelay
      ? async (publishSeconds) =>
          void (await order(issuerRelay.request, 'POST', '/admin/authority/rotate', {
            step: 'forced',
            publishSeconds,
          }))
      : null,
    // The Workload API's socket is in a container.
    authorities: null,
    administer: database.administer,
    inspect: database.inspect,
    kill: (part, signal) => {
      const service = parts[part];
      if (service) void restart(setting, containers, { service, signal });
    },
    stop: async () => {
      relay.close();
      if (issuerRelay) issuerRelay.close();
      await Promise.all([agents.stop(), thief.stop()]);
      // Stopped first: a ledger is whole when its writer has ended.
      await containers.stop([services.attacker, ...services.fleets, services.network]);
      await fetchLedgers(setting, containers, world);
    },
  };
}

async function restart(
  { record }: WorldSetting,
  containers: Containers,
  { service, signal }: { service: string; signal: NodeJS.Signals },
): Promise<void> {
  record({ event: 'process-exited', subject: service, detail: signal });
  await containers.restart(service, signal).then(
    () => record({ event: 'process-restarted', subject: service, detail: 'container' }),
    (error: Error) => record({ event: 'process-exited', subject: service, detail: error.message }),
  );
}

async function fetchLedgers(setting: WorldSetting, containers: Containers, world: string): Promise<void> {
  const { arm, ledgerFolder } = setting;
  for (const { service, file, name } of servicesOf(arm).ledgers) {
    await containers.copyOut(service, `${LEDGER_FOLDER}/ledger${world}/${file}`, join(ledgerFolder, name));
  }
  await containers.copyOut(
    servicesOf(arm).network,
    `${LEDGER_FOLDER}/ledger${world}/audit-checkpoints.json`,
    join(ledgerFolder, '..', 'audit-checkpoints.json'),
  );
}
