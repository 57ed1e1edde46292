/** Where an agent's key lies in KV v2, below the mount `secret/`. */
export const vaultPathOf = (agent: string) => `agents/${agent}`;
