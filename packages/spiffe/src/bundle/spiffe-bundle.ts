import type { KeyObject } from 'node:crypto';
import { BundleSet } from './bundle-set.ts';

/** Everything that one trust domain publishes (SPIFFE Trust Domain and Bundle, section 4). */
export interface SpiffeBundle {
  readonly trustDomain: string;
  /** DER certificates. Never changed in place: a new content is a new bundle. */
  readonly x509Authorities: readonly Uint8Array[];
  /** By key ID. */
  readonly jwtAuthorities: ReadonlyMap<string, KeyObject>;
  /** By key ID. */
  readonly witAuthorities: ReadonlyMap<string, KeyObject>;
  /** Grows with every change of the content; 64 bits, more than a number holds exactly. */
  readonly sequence?: bigint;
  /** How often to look for a new one; where it is absent, every five minutes (section 4.1.2). */
  readonly refreshHintSeconds?: number;
}

export class SpiffeBundleSet extends BundleSet<SpiffeBundle> {}
