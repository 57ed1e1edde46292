/** The part of a pino logger that is used here. */
export interface WorkloadApiLogger {
  debug(context: object, message: string): void;
  info(context: object, message: string): void;
  warn(context: object, message: string): void;
}
