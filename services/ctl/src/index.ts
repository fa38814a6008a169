export { apiKeyFileOf } from "./demo/run-demo.ts";
export { type ReplayableFold, type ReplayResult, replayableFolds, replayFold } from "./replay/replay.ts";
export { collectorPoster } from "./simulate/collector-client.ts";
export { openJournal, readJournal } from "./simulate/journal.ts";
export { type LiveCounts, LiveSimulation, type LiveWish } from "./simulate/live.ts";
export { watchAssignments, watchMessages } from "./simulate/record-feed.ts";
export { databaseName, groupPrefix, StackClients } from "./stack/clients.ts";
export { type DocumentPaths, prepareStack } from "./stack/prepare.ts";
export type { Workplace } from "./workplace.ts";
