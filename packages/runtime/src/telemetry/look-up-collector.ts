import { resolve4 } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';

/**
 * Finds the collector's address without `getaddrinfo`. That call occupies one of the process's four
 * threads for up to ten seconds where nobody knows the name, as on an internal network without the
 * collector, and the connections that matter would wait behind it. IPv4; a name as DNS has it, without
 * search domains.
 */
export const lookUpCollector: LookupFunction = (hostname, options, callback) => {
  const found = hostname === 'localhost' ? Promise.resolve(['127.0.0.1']) : resolve4(hostname);
  found.then(
    (addresses) => {
      const [address = ''] = addresses;
      if (options.all) callback(null, [{ address, family: 4 }]);
      else callback(null, address, 4);
    },
    (error: NodeJS.ErrnoException) => callback(error, '', 4),
  );
};
