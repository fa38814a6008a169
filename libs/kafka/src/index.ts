export { AbortedFilter, type AbortedTransaction } from "./aborted-filter.ts";
export { connectKafka, KafkaConnection, type KafkaOptions } from "./connect.ts";
export { KafkaAdapterError, type KafkaAdapterErrorCode } from "./errors.ts";
export { openInbox, retriable } from "./inbox.ts";
export type { SaslOptions } from "./kafkajs-link.ts";
export { type ReadBatches, type RecordSegment, readBatches } from "./record-batch-reader.ts";
export { type BatchProducer, NO_PRODUCER, RecordBatchWriter } from "./record-batch-writer.ts";
export { BatchCursor } from "./record-cursor.ts";
export { type EnsureTopicsOptions, ensureTopics, topicIncarnation, topicOffsets } from "./topics.ts";
