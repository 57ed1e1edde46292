// The control of the experiment: a network that believes whatever URI SAN a client certificate
// shows. It exists in the tests only; no configuration of the real entry leads here.
import { X509Certificate } from 'node:crypto';
import { findStarter } from '@blastradius/runtime';
import { parseSpiffeId } from '@blastradius/spiffe';
import { loadConfig } from '../dist/config.js';
import { startNetwork } from '../dist/start.js';

function verifyClientCertificate({ chainDer: [leaf] }) {
  const certificate = new X509Certificate(leaf);
  const uri = /(?:^|, )URI:([^,]+)/.exec(certificate.subjectAltName ?? '')?.[1] ?? '';
  return {
    spiffeId: parseSpiffeId(uri),
    serial: certificate.serialNumber.toLowerCase(),
    notAfter: new Date(8.64e15),
  };
}

const network = await startNetwork(loadConfig(process.env), {
  verification: { clientCertificate: () => verifyClientCertificate },
});
const starter = findStarter(process.env);
starter.follow(
  () => {},
  () => network.stop(),
);
starter.emit({ event: 'ready', url: network.url });
