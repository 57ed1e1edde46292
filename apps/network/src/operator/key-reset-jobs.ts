export interface KeyResetBatch {
  readonly campaignId: string;
  readonly batch: number;
}

/** Background work that survives this process. A batch may come more than once. */
export abstract class KeyResetJobs {
  abstract add(batches: readonly KeyResetBatch[]): Promise<void>;
}
