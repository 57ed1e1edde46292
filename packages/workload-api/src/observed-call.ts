/** Whoever counts calls hears of each, from its arrival to its first answer. */
export type OnCall = (method: string, caller: { readonly pid: number }) => ObservedCall;

export interface ObservedCall {
  /** `refusal` is left out where the caller got what it asked for. At most the first of several counts. */
  end(refusal?: CallRefusal): void;
}

export interface CallRefusal {
  /** The stable code of why; the caller never learns it. */
  readonly reason: string;
  /** gRPC's name of the status that the caller gets: `PERMISSION_DENIED`. */
  readonly status: string;
}
