import { emitEvent, followStarter } from '@blastradius/contracts';
import { type DataApiRecord, openLedger } from '@blastradius/ledger';
import { createServerCertificate } from '@blastradius/pki';
import { loadConfig } from './config.ts';
import { createGateway } from './gateway.ts';

const config = loadConfig(process.env);
const ledger = openLedger<DataApiRecord>(config.ledgerFile);
const { certificatePem, privateKeyPem } = await createServerCertificate({});
const gateway = createGateway({ ...config, ledger, tls: { key: privateKeyPem, cert: certificatePem } });
followStarter(
  () => {},
  async () => {
    await gateway.close();
    ledger.close();
  },
);
const url = await gateway.listen({ host: '127.0.0.1', port: config.port });
emitEvent({ event: 'ready', url, certificatePem });
