import type { Alarm, Detection, OperatorsView } from './detection.ts';

/** What nobody but the network has any business with. */
const privateTables = new Set(['agents', 'agent_messages', 'owners', 'observers']);

/** The public key of the web page has read a table that no page shows. */
export const openTableRead: Detection = {
  id: 'open-table-read',
  title: 'A private table read with the publishable key',
  appliesTo: () => true,
  watch: (view) => byPublic(view, ({ method, table }) => method === 'GET' && privateTables.has(table)),
};

export const openTableWrite: Detection = {
  id: 'open-table-write',
  title: 'A table written with the publishable key',
  appliesTo: () => true,
  watch: (view) => byPublic(view, ({ method }) => method !== 'GET' && method !== 'HEAD'),
};

function byPublic(
  { dataApi }: OperatorsView,
  isWrong: (request: OperatorsView['dataApi'][number]) => boolean,
): Alarm[] {
  return dataApi
    .filter((request) => request.role === 'anon' && request.status < 400 && isWrong(request))
    .map(({ minute, requestId }) => ({ minute, ledger: 'data-api', recordId: requestId }));
}
