import type { DataApiRecord, LedgerWriter } from '@blastradius/ledger';
import { counter } from '@blastradius/runtime';

const requests = counter('blastradius.data_api.requests', {
  description: 'Requests to the open backend, by the role that their key stood for.',
  unit: '{request}',
});

/** The same ledger; each request that was written down counts. */
export function countRequests(ledger: LedgerWriter<DataApiRecord>): LedgerWriter<DataApiRecord> {
  return {
    append: (record) => {
      ledger.append(record);
      requests.add(1, { 'blastradius.role': record.role, 'http.response.status_code': record.status });
    },
    close: () => ledger.close(),
  };
}
