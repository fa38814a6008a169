export { AbortedFilter, type AbortedTransaction } from "./aborted-filter.ts";
export { KafkaAdapterError, type KafkaAdapterErrorCode } from "./errors.ts";
export { type ReadBatches, type RecordSegment, readBatches } from "./record-batch-reader.ts";
export { type BatchProducer, NO_PRODUCER, RecordBatchWriter } from "./record-batch-writer.ts";
export { BatchCursor } from "./record-cursor.ts";
