export { DeadLetterGuard, type DeadLetterLimit } from "./dead-letter-limit.ts";
export { type EngineCounts, noCounts } from "./engine-counts.ts";
export * from "./errors.ts";
export * from "./fold.ts";
export { type EngineIdentity, FoldEngine } from "./fold-engine.ts";
export { type CommitReport, defaultTaskSettings, type FaultPoint, FoldTask, type TaskObserver, type TaskSettings } from "./fold-task.ts";
export { liveOn, type RestartPolicy, runTogether, stayMember } from "./lives.ts";
export { MemoryBroker, MemoryCursor, MemoryOutbox, type MemoryRecord, memoryChunk, memoryWireFormat } from "./memory-broker.ts";
export { MemoryStateStore } from "./memory-state-store.ts";
export { decodePartitionState } from "./partition-state.ts";
export * from "./partitioner.ts";
export * from "./ports.ts";
export { type Lifecycle, run } from "./runtime.ts";
export * from "./stage.ts";
export * from "./store-changes.ts";
export { StoreQueue } from "./store-queue.ts";
export {
  type InboxTopic,
  type OutputTopic,
  type StateStores,
  type StreamIo,
  type Topology,
  type Transactions,
  topology,
} from "./topology.ts";
export { MemoryIo, TopologyDriver } from "./topology-driver.ts";
