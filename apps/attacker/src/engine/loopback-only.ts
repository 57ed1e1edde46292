import { DomainError } from '@blastradius/kernel';

/** The attacker was pointed, or found its way, at something that is not this machine. */
export class TargetRefused extends DomainError {
  readonly code = 'target.refused';
  readonly category = 'forbidden';
}

/**
 * Lets through what can only reach this machine: http(s) to 127.0.0.0/8, ::1 or localhost. This is
 * a range, not a weapon; every URL passes here, also one that was found in somebody's page.
 */
export function assertLoopback(target: string | URL): URL {
  const url = parse(target);
  const isHttp = url.protocol === 'https:' || url.protocol === 'http:';
  // The parser has already brought every spelling of an IPv4 address to four decimal numbers.
  const isHere = /^127\.\d+\.\d+\.\d+$/.test(url.hostname) || ['[::1]', 'localhost'].includes(url.hostname);
  if (isHttp && isHere && url.username === '' && url.password === '') return url;
  throw new TargetRefused(`${url.protocol}//${url.host} is not on loopback`, {
    publicDetail: 'The attacker only attacks this machine.',
  });
}

function parse(target: string | URL): URL {
  try {
    return new URL(target);
  } catch (cause) {
    throw new TargetRefused('the target is no URL', { cause });
  }
}
