export { type Block, BlockBuilder } from "./block-builder.ts";
export { type SinkConfig, sinkConfig } from "./config.ts";
export { decodeMetadata, encodeMetadata, type Intent, type OffsetMetadata, type OffsetRange } from "./intent.ts";
export { currentMapper, type Mapper, type RecordOutline } from "./mapper.ts";
export type { BlockStore, DeadLetterWriter, GroupOffsets, PartitionCommit, TableBlock } from "./ports.ts";
export { runSink, type SinkLifecycle } from "./run-sink.ts";
export { defaultSinkSettings, type SinkObserver, type SinkPorts, type SinkSettings } from "./sink-io.ts";
export { SinkTask } from "./sink-task.ts";
