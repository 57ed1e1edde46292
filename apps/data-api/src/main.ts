import { type DataApiRecord, openLedger } from '@blastradius/ledger';
import { createServerCertificate } from '@blastradius/pki';
import {
  createLogger,
  endOnCrash,
  findStarter,
  openReadinessProbe,
  secretsFromFiles,
  startTelemetry,
} from '@blastradius/runtime';
import { loadConfig, SECRETS } from './config.ts';
import { countRequests } from './count-requests.ts';
import { createGateway } from './gateway.ts';

endOnCrash(createLogger('data-api'));
const telemetry = await startTelemetry({ name: 'data-api', env: process.env });
const probe = await openReadinessProbe(process.env);
const config = loadConfig(secretsFromFiles(process.env, SECRETS));
const ledger = countRequests(openLedger<DataApiRecord>(config.ledgerFile));
const { certificatePem, privateKeyPem } = await createServerCertificate({ dnsNames: config.serverNames });
const gateway = createGateway({ ...config, ledger, tls: { key: privateKeyPem, cert: certificatePem } });
const starter = findStarter(process.env);
starter.follow(
  () => {},
  async () => {
    probe.stopping();
    await gateway.app.close();
    ledger.close();
    await telemetry.shutdown();
    probe.close();
  },
);
const url = await gateway.app.listen({ host: config.bindAddress, port: config.port });
probe.started(gateway.isReady);
starter.emit({ event: 'ready', url, certificatePem });
