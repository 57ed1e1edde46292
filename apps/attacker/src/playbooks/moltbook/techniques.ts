/**
 * Each step's ATT&CK technique. `checked` says whether id and name were compared with
 * attack.mitre.org itself; the others come from memory and secondary sources, and ids move.
 */
interface Technique {
  readonly id: string;
  readonly name: string;
  readonly checked: boolean;
}

export const techniques = {
  'find-publishable-key': { id: 'T1594', name: 'Search Victim-Owned Websites', checked: false },
  'list-tables': { id: 'T1526', name: 'Cloud Service Discovery', checked: false },
  'harvest-agents': { id: 'T1213.006', name: 'Databases', checked: true },
  'read-messages': { id: 'T1552.008', name: 'Chat Messages', checked: false },
  'read-emails': { id: 'T1589.002', name: 'Email Addresses', checked: false },
  'read-public-names': { id: 'T1589', name: 'Gather Victim Identity Information', checked: false },
  'write-through-hole': { id: 'T1565.001', name: 'Stored Data Manipulation', checked: false },
  'validate-loot': { id: 'T1078', name: 'Valid Accounts', checked: false },
  impersonate: { id: 'T1656', name: 'Impersonation', checked: false },
  'take-database-dump': { id: 'T1530', name: 'Data from Cloud Storage', checked: false },
  'take-request-logs': { id: 'T1552.001', name: 'Credentials In Files', checked: false },
  'take-direct-messages': { id: 'T1552.008', name: 'Chat Messages', checked: false },
  'take-agent-memory': { id: 'T1003.007', name: 'Proc Filesystem', checked: false },
  'take-sidecar-socket': { id: 'T1528', name: 'Steal Application Access Token', checked: false },
  'take-host-root': { id: 'T1003.007', name: 'Proc Filesystem', checked: false },
  'take-vault-bootstrap-secret': {
    id: 'T1555.006',
    name: 'Cloud Secrets Management Stores',
    checked: false,
  },
  'take-issuer-signing-key': { id: 'T1552.004', name: 'Private Keys', checked: false },
  'take-man-in-the-middle': { id: 'T1557', name: 'Adversary-in-the-Middle', checked: false },
  'take-retired-agent': { id: 'T1552.001', name: 'Credentials In Files', checked: false },
  'take-prompt-injection': { id: 'T1566', name: 'Phishing', checked: false },
  'take-issuer-outage': { id: 'T1499', name: 'Endpoint Denial of Service', checked: false },
  'ask-workload-api': { id: 'T1528', name: 'Steal Application Access Token', checked: false },
  'start-agents-program': { id: 'T1036', name: 'Masquerading', checked: false },
  pivot: { id: 'T1552.008', name: 'Chat Messages', checked: false },
  spread: { id: 'T1534', name: 'Internal Spearphishing', checked: false },
} as const satisfies Record<string, Technique>;

export type Step = keyof typeof techniques;

/** The two fields of a record that say what an attempt was part of. */
export function partOf(step: Step): { readonly step: Step; readonly technique: string } {
  return { step, technique: techniques[step].id };
}
