import type { LoadContainer } from '@blastradius/stack';

/** The k6 that runs, the same however it is had: figures of two versions are not compared. */
export const K6_VERSION = '2.2.0';

/** What `go mod download` must say of it: the sum that Go's checksum database holds for this version. */
export const K6_MODULE = `go.k6.io/k6/v2@v${K6_VERSION}`;
export const K6_MODULE_SUM = 'h1:FXtQJeClRQm25eraUvz/cbn2xcYZThs6cv2lBnid8tM=';

export const K6_IMAGE = `grafana/k6:${K6_VERSION}`;

/** k6 as it was found, or as it has to be run: a binary of this machine, or an image that a Docker engine runs. */
export type K6 =
  | { readonly kind: 'binary'; readonly file: string; readonly from: 'PATH' | 'cache' | 'build' }
  | { readonly kind: 'image'; readonly docker: string; readonly image: string }
  | K6Service;

/** k6 as a service of a compose project, whose networks alone lead to the target. */
export interface K6Service extends LoadContainer {
  readonly kind: 'service';
  readonly image: string;
}
