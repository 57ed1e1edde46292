import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { relayedAnswer } from '@blastradius/contracts';
import { ComponentFailed } from '../stack.errors.ts';
import type { OperatorAnswer, OperatorRequest } from '../world/network-operator.ts';
import { dockerEnvironment } from './steered-container.ts';

const RELAY = '/app/request-relay.mjs';
const ANSWER_WITHIN_MS = 30_000;
const PAUSE_MS = 300;
const ATTEMPTS = 40;

export interface OperatorRelay {
  readonly request: OperatorRequest;
  close(): void;
}

/**
 * Requests to an operator's API whose Unix socket lies inside a container: one program there makes
 * them, told by a line each. Nothing of the operator's interface is published for it.
 */
export function openOperatorRelay(containerId: string, socketPath: string): OperatorRelay {
  let relay: Relay | undefined;
  let closed = false;
  const request: OperatorRequest = async (method, path, body) => {
    for (let attempt = 1; ; attempt++) {
      relay = relay?.ended === false ? relay : startRelay(containerId, socketPath);
      const answer = await relay.send({ method, path, body });
      if (typeof answer !== 'string') return answer;
      // Its process is being started anew; an operator would try again as well.
      if (closed || attempt === ATTEMPTS) throw new ComponentFailed(`${method} ${path}: ${answer}`);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  };
  return {
    request,
    close: () => {
      closed = true;
      relay?.end();
    },
  };
}

interface Relay {
  readonly ended: boolean;
  /** The answer, or why there is none. */
  send(order: { method: string; path: string; body: unknown }): Promise<OperatorAnswer | string>;
  end(): void;
}

function startRelay(containerId: string, socketPath: string): Relay {
  const child = spawn('docker', ['exec', '-i', containerId, 'node', RELAY, socketPath], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: dockerEnvironment(),
  });
  const waiting = new Map<number, (answer: OperatorAnswer | string) => void>();
  let ended = false;
  let lastId = 0;
  const end = () => {
    ended = true;
    for (const resolve of waiting.values()) resolve('the container is away');
    waiting.clear();
  };
  child.once('error', end);
  child.once('close', end);
  child.stdin.on('error', end);
  hearAnswers(child, waiting);
  return {
    get ended() {
      return ended;
    },
    send: async (order) => {
      const id = ++lastId;
      const { promise, resolve } = Promise.withResolvers<OperatorAnswer | string>();
      const late = setTimeout(() => resolve('no answer in time'), ANSWER_WITHIN_MS);
      waiting.set(id, resolve);
      if (ended) resolve('the container is away');
      else child.stdin.write(`${JSON.stringify({ id, ...order })}\n`);
      return await promise.finally(() => {
        clearTimeout(late);
        waiting.delete(id);
      });
    },
    end: () => child.stdin.end(),
  };
}

function hearAnswers(
  child: ChildProcess,
  waiting: ReadonlyMap<number, (answer: OperatorAnswer | string) => void>,
): void {
  if (child.stdout === null) return;
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { id, status, body, error } = relayedAnswer.parse(JSON.parse(line));
    waiting.get(id)?.(status === undefined ? (error ?? 'no answer') : { status, body });
  });
}
