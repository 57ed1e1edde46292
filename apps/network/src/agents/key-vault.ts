/** Where agents fetch their keys from, in the arm in which they do. */
export abstract class KeyVault {
  /** A new version of the agent's key. */
  abstract put(agent: string, apiKey: string): Promise<void>;
}

/** Everywhere else: nobody asks a vault. */
export const noVault: KeyVault = { put: async () => {} };
