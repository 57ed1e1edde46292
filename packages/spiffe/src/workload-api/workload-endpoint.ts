import { isIP } from 'node:net';
import { WorkloadEndpointInvalid } from './workload-api-client.errors.ts';

/** The environment variable of SPIFFE Workload Endpoint, section 4. */
const ENDPOINT_VARIABLE = 'SPIFFE_ENDPOINT_SOCKET';

export interface WorkloadEndpointOptions {
  /** The Unix socket's absolute path. */
  readonly socketPath?: string;
  /** `unix:///abs/path` or `tcp://ip:port`; comes from `SPIFFE_ENDPOINT_SOCKET` when neither is given. */
  readonly endpoint?: string;
}

/** The gRPC target of a Workload Endpoint address (SPIFFE Workload Endpoint, section 4). */
export function workloadEndpointTarget(
  { socketPath, endpoint }: WorkloadEndpointOptions,
  environment: NodeJS.ProcessEnv = process.env,
): string {
  const address =
    socketPath === undefined ? (endpoint ?? environment[ENDPOINT_VARIABLE]) : `unix://${socketPath}`;
  if (address === undefined || address === '') {
    throw new WorkloadEndpointInvalid(`no Workload Endpoint: ${ENDPOINT_VARIABLE} is not set`);
  }
  const target = address.startsWith('tcp:') ? tcpTarget(address) : unixTarget(address);
  if (target === undefined) {
    throw new WorkloadEndpointInvalid('not a Workload Endpoint address', { context: { address } });
  }
  return target;
}

/** `unix:///abs` or `unix:/abs`: an absolute path, no authority, nothing after it. */
function unixTarget(address: string): string | undefined {
  const path = /^unix:(?:\/\/)?(\/[^/?#][^?#]*)$/.exec(address)?.[1];
  return path === undefined ? undefined : `unix://${path}`;
}

/** An IP address and a port, no path. Names are not allowed: they would have to be resolved. */
function tcpTarget(address: string): string | undefined {
  const [, host, port] = /^tcp:\/\/(\[[^\]]+\]|[^:/?#@]+):(\d{1,5})$/.exec(address) ?? [];
  if (host === undefined || port === undefined || Number(port) > 65_535) return undefined;
  return isIP(host.replace(/^\[|\]$/g, '')) === 0 ? undefined : `${host}:${port}`;
}
