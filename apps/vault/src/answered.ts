import { randomUUID } from 'node:crypto';
import type { Token, Tokens } from './tokens/tokens.ts';

interface Parts {
  readonly data?: unknown;
  readonly auth?: unknown;
  readonly mountType?: string;
}

/** The envelope of every answer of Vault's that has a body. */
export function answered({ data = null, auth = null, mountType = 'system' }: Parts) {
  return {
    request_id: randomUUID(),
    lease_id: '',
    renewable: false,
    lease_duration: 0,
    data,
    wrap_info: null,
    warnings: null,
    auth,
    mount_type: mountType,
  };
}

/** The `auth` of a login or a renewal. */
export function authOf(tokens: Tokens, token: Token) {
  return {
    client_token: token.id,
    accessor: token.accessor,
    policies: token.policies,
    token_policies: token.policies,
    metadata: token.metadata,
    lease_duration: tokens.secondsLeft(token),
    renewable: true,
    entity_id: '',
    token_type: 'service',
    orphan: true,
    mfa_requirement: null,
    num_uses: 0,
  };
}
