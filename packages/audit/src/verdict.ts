export type Defect =
  /** Its bytes are not what was hashed; or it was hashed anew, and its follower tells. */
  | 'changed'
  /** It is nowhere in the log. */
  | 'dropped'
  /** It stands further on, and another record of this log in its place. */
  | 'reordered'
  /** What stands there was never written. */
  | 'inserted'
  /** What stands there is a copy of another record. */
  | 'duplicated'
  /** Cut off in the middle of the line, with others after it. */
  | 'torn'
  /** A checkpoint vouches for records that the log no longer has: cut off, or an older copy. */
  | 'truncated'
  /** The chain is whole, but not the one that a checkpoint vouches for. */
  | 'rechained'
  /** The operator's key is known, and nothing that it has signed speaks of this log. */
  | 'unvouched'
  | 'checkpoint-forged';

export interface Finding {
  readonly defect: Defect;
  /** The first record that is not what was written there. */
  readonly sequence: number;
  /** Where the defect ends in one of several records: `rechained` and `truncated` say up to which. */
  readonly through?: number;
  /** Where it stands, or should: the line (1 for the first) and its first byte; 0 where none does. */
  readonly line: number;
  readonly offsetBytes: number;
}

export type Verdict =
  | {
      readonly intact: true;
      readonly records: number;
      /** The last record up to which a checkpoint vouches for the log; 0 where none does. */
      readonly vouchedFor: number;
      /** Of a last line that a kill has torn. */
      readonly tornBytes: number;
    }
  | ({
      readonly intact: false;
      /** By the word of what stands there (ISO 8601); null where it can't be read. */
      readonly time: string | null;
    } & Finding);
