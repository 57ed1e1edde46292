import type { Socket } from 'node:net';
import type { Judgement, RouteScope } from './judgement.ts';

/** All that an arm may look at: no body, no name, no other header, no query. */
export interface AdmissionRequest {
  readonly authorization: string | undefined;
  readonly workloadIdentityToken: string | undefined;
  readonly workloadProofToken: string | undefined;
  readonly dpopProof: string | undefined;
  readonly method: string;
  readonly path: string;
  /** Of the route and method, not of anything the caller says. */
  readonly scope: RouteScope;
  readonly socket: Socket;
}

/** The one place that knows the arm. */
export abstract class Admission {
  /** Who is it? Only a registered agent is let in. */
  abstract admitAgent(request: AdmissionRequest): Promise<Judgement>;
  /** May this caller open an account? */
  abstract admitEnrolment(request: AdmissionRequest): Promise<Judgement>;
}
