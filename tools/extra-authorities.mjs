#!/usr/bin/env node
// Prints the certificate authorities that npm trusts on this machine beyond those that Node brings:
// what a build in a container needs as NPM_CONFIG_CA where a proxy signs for the package registry.
import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';

const told = spawnSync('npm', ['config', 'get', 'cafile'], { encoding: 'utf8' }).stdout?.trim();
const file = told && told !== 'null' ? told : process.env.NODE_EXTRA_CA_CERTS;
const pems = file
  ? (readFileSync(file, 'utf8').match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [])
  : [];
const fingerprint = (pem) => new X509Certificate(pem).fingerprint256;
const known = new Set(rootCertificates.map(fingerprint));
// One that a public program of certificates had, and Node has dropped, is no proxy's.
const isOurs = (pem) => !known.has(fingerprint(pem));
process.stdout.write(pems.filter(isOurs).join('\n'));
