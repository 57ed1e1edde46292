import { expect, test } from 'vitest';
import { errorCode, outcomeOfError } from './outcome.ts';

test('a TLS alert is a refusal, a broken connection is none', () => {
  expect(outcomeOfError('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED')).toBe('refused');
  expect(outcomeOfError('ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED')).toBe('refused');
  expect(outcomeOfError('ECONNRESET')).toBe('failed');
  expect(outcomeOfError('ERR_SSL_WRONG_VERSION_NUMBER')).toBe('failed');
});

test('the code of the innermost cause counts', () => {
  const cause = Object.assign(new Error('inner'), { code: 'ECONNRESET' });
  expect(errorCode(new Error('outer', { cause }))).toBe('ECONNRESET');
  expect(errorCode('no error at all')).toBe('unknown');
});
