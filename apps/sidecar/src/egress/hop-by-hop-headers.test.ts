import { describe, expect, it } from 'vitest';
import { forwardedRequestHeaders, forwardedResponseHeaders } from './hop-by-hop-headers.ts';

describe('headers', () => {
  it('of a request go on without those of its connection, of the proxy, and of the other host', () => {
    const raw = [
      ...[
        'Host',
        '127.0.0.1:8090',
        'Connection',
        'keep-alive, X-Hop',
        'X-Hop',
        '1',
        'Keep-Alive',
        'timeout=5',
      ],
      ...['X-SPIFFE-ID', 'spiffe://a/b', 'TE', 'trailers', 'Transfer-Encoding', 'chunked', 'Upgrade', 'h2c'],
      ...['Proxy-Authorization', 'Basic x', 'Expect', '100-continue', 'Accept', 'a', 'accept', 'b'],
    ];
    expect(forwardedRequestHeaders(raw, 'keep-alive, X-Hop')).toEqual([
      'Accept',
      'a',
      'accept',
      'b',
      'via',
      '1.1 sidecar',
    ]);
  });

  it('of a request carry the authorization of the route, and none of the caller', () => {
    const raw = ['Authorization', 'Bearer own', 'AUTHORIZATION', 'Bearer other', 'accept', 'a'];
    expect(forwardedRequestHeaders(raw, undefined, 'Bearer svid')).toEqual([
      ...['accept', 'a', 'authorization', 'Bearer svid', 'via', '1.1 sidecar'],
    ]);
    expect(forwardedRequestHeaders(raw, undefined)).toContain('Bearer own');
  });

  it('of a response come back without those of the other connection', () => {
    const headers = {
      connection: 'close, x-hop',
      'x-hop': '1',
      'transfer-encoding': 'chunked',
      'set-cookie': ['a=1', 'b=2'],
      'content-type': 'text/plain',
    };
    expect(forwardedResponseHeaders(headers)).toEqual({
      'set-cookie': ['a=1', 'b=2'],
      'content-type': 'text/plain',
    });
  });
});
