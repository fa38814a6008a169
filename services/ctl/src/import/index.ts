export { ImportError, type ImportErrorCode } from "./errors.ts";
export { type ImportOptions, importFile } from "./import-file.ts";
export { defaultLimits, type ImportLimits } from "./limits.ts";
export { type AlreadyThere, type EventPlace, nothingThere, presenceIn } from "./presence.ts";
export { registerImport } from "./register-import.ts";
export type { ImportReport, ProgressListener } from "./run-import.ts";
export type { EventSink } from "./send-batch.ts";
