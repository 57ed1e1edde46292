import { networkOperator, type RevocationAnswer, type RevocationOrder } from '@blastradius/contracts';
import { ComponentFailed } from '../stack.errors.ts';

/** The network's operator, who resets keys and hands the new ones to their owners. */
export interface NetworkOperator {
  /** Null where there is nothing to reset, because agents hold no secret. */
  startKeyReset(): Promise<string | null>;
  keyReset(campaignId: string): Promise<ReturnType<typeof networkOperator.keyResetStatus.parse>>;
  /** Null as long as the campaign has not come to this agent. */
  newKeyOf(
    agent: string,
  ): Promise<{ readonly apiKey: string; readonly writeKey?: string | undefined } | null>;
  /** From now on every key is replaced once a period. */
  startKeyRotation(rotation: ReturnType<typeof networkOperator.keyRotation.parse>): Promise<void>;
  /** The newest keys of the agents whose key was replaced after this moment. */
  keysReplacedAfter(
    afterMs: number,
  ): Promise<ReturnType<typeof networkOperator.replacedKeysAnswer.parse>['keys']>;
  /** Ends SVIDs before their time; rejects in the arms whose network keeps no deny list. */
  revoke(order: RevocationOrder): Promise<RevocationAnswer>;
  linkOwner(agent: string, owner: { x_handle: string; x_name: string; email: string }): Promise<void>;
}

export interface OperatorAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** One request to an operator's API, wherever its socket is; waits for a process that is being restarted. */
export type OperatorRequest = (
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  body?: unknown,
) => Promise<OperatorAnswer>;

export function createNetworkOperator(request: OperatorRequest): NetworkOperator {
  const agentPath = (agent: string, what: string) => `/operator/agents/${encodeURIComponent(agent)}/${what}`;
  return {
    startKeyReset: async () => {
      const answer = await request('POST', '/operator/key-resets');
      return answer.status === 409 ? null : networkOperator.keyResetAnswer.parse(answer.body).campaignId;
    },
    keyReset: async (campaignId) =>
      networkOperator.keyResetStatus.parse(await order(request, 'GET', `/operator/key-resets/${campaignId}`)),
    newKeyOf: async (agent) => {
      const answer = await request('POST', agentPath(agent, 'key'));
      return answer.status === 409 ? null : networkOperator.ownerKeyAnswer.parse(answer.body);
    },
    startKeyRotation: async (rotation) =>
      void (await order(request, 'PUT', '/operator/key-rotation', rotation)),
    keysReplacedAfter: async (afterMs) =>
      networkOperator.replacedKeysAnswer.parse(
        await order(request, 'GET', `/operator/replaced-keys?afterMs=${afterMs}`),
      ).keys,
    revoke: async (revocations) =>
      networkOperator.revocationAnswer.parse(
        await order(request, 'POST', '/operator/revocations', revocations),
      ),
    linkOwner: async (agent, owner) => void (await order(request, 'PUT', agentPath(agent, 'owner'), owner)),
  };
}

/** A request of which anything but a 2xx is an error. Returns the answer's body. */
export async function order(
  request: OperatorRequest,
  ...call: Parameters<OperatorRequest>
): Promise<unknown> {
  const { status, body } = await request(...call);
  if (status >= 200 && status <= 299) return body;
  throw new ComponentFailed(`${call[0]} ${call[1]} was answered with ${status}: ${JSON.stringify(body)}`);
}
