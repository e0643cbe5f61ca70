/**
 * An embedded user directory that never has more active users than its license has seats.
 *
 * {@link Directory} is where to begin.
 */

export { Batch } from "./batch";
export { Directory, DirectorySync, type OperationsSync } from "./directory";
export {
  ChangeNotYetError,
  ConflictError,
  type ErrorKind,
  HeadcountError,
  HistoryTrimmedError,
  NoFreeSeatError,
} from "./errors";
export { Feed } from "./feed";
export { compact, findFaults, planRepair, repair, restore } from "./files";
export { List, ListSync } from "./lists";
export type { Operations } from "./operations";
export * from "./types";
export { User } from "./user";
