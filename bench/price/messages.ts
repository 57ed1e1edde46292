/** What an agent of the load shows, in a form that can be sent to another process. PEM for keys and certificates. */
export type Shown =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'key'; readonly apiKey: string }
  | { readonly kind: 'keys-by-scope'; readonly readKey: string; readonly writeKey: string }
  | { readonly kind: 'bearer-token'; readonly token: string }
  | { readonly kind: 'bound-access-token'; readonly token: string; readonly privateKey: string }
  | { readonly kind: 'wit-svid'; readonly token: string; readonly privateKey: string }
  | { readonly kind: 'certificate'; readonly cert: string; readonly key: string };

export interface Route {
  readonly method: 'GET' | 'PATCH' | 'POST';
  readonly path: string;
  readonly body: string | null;
}

/** Where the load goes, and as whom: one connection for each agent. */
export interface Target {
  readonly port: number;
  /** Whom to believe as the server. */
  readonly ca: string;
  /** A client may not know the server by its address, but by its SPIFFE ID; null where its name is looked at. */
  readonly serverId: string | null;
  readonly agents: readonly Shown[];
}

export type CallerOrder =
  | { readonly order: 'connect'; readonly target: Target }
  /** As many as the server takes: each connection asks again as soon as it is answered. */
  | { readonly order: 'saturate'; readonly route: Route; readonly seconds: number }
  /** At a fixed rate, whether or not earlier requests were answered. */
  | {
      readonly order: 'offer';
      readonly route: Route;
      readonly seconds: number;
      readonly ratePerSecond: number;
    }
  | { readonly order: 'disconnect' };

/** Of what was measured, without the time before it. */
export interface Asked {
  readonly seconds: number;
  readonly answers: number;
  /** By status or by a connection's error: anything but 2xx. */
  readonly failed: Readonly<Record<string, number>>;
  /** The generator's own share of a core. */
  readonly generatorCores: number;
  /** From the instant at which each was due; of an offered load alone. */
  readonly latenciesMs: readonly number[];
  /** How late the generator itself was, 99th percentile, milliseconds. */
  readonly lateMs: number;
}
