export { type FoldIo, openFoldIo } from "./open-io.ts";
export { replayCommand } from "./replay/replay-command.ts";
export type { PartitionVerdict } from "./replay/replay-partition.ts";
export { type ReplayVerdict, type ReplayWish, runReplay } from "./replay/run-replay.ts";
export { runFoldService } from "./run-service.ts";
export { type FoldServiceSettings, foldServiceShape } from "./settings.ts";
