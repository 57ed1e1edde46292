import type { OpenLeak } from '../leak-act.ts';

/** Nobody stole anything: what is measured is what honest agents can do without an issuer. */
export const openIssuerOutage: OpenLeak<'issuer-outage'> = () => ({
  look: async () => ({ credentials: [] }),
});
