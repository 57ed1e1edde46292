import { auditAdministration } from '@blastradius/contracts';
import { askIssuer } from '../issuer/ask-issuer.ts';

export async function showAuditKeys(adminSocket: string): Promise<void> {
  const { keys } = await askIssuer({
    adminSocket,
    method: 'GET',
    path: '/admin/audit/keys',
    answer: auditAdministration.auditKeysAnswer,
  });
  // Text outside the armour is no part of PEM (RFC 7468, section 2): the file can be used as it is.
  for (const { keyId, createdAtMs, pem } of keys) {
    process.stdout.write(`${keyId} since ${new Date(createdAtMs).toISOString()}\n${pem}`);
  }
}
