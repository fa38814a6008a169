export {
  type ConnectedEmitter,
  type ConnectOptions,
  connectEmitter,
  connectProducer,
  type LeadstreamProducer,
  type ProducerOptions,
} from "./connect.ts";
export {
  type Accepted,
  type EmitItem,
  type EmitOutcome,
  Emitter,
  type EmitterContext,
  type EmitterOptions,
  type EventKind,
  eventKinds,
  type RecordPlace,
  type RecordSender,
} from "./emitter.ts";
export { ProducerError, type ProducerErrorCode } from "./errors.ts";
export { openIdentityKey } from "./identity-key.ts";
export { createNodeCrypto, decryptPersonal } from "./node-crypto.ts";
export { uuidV7Source } from "./uuid-v7.ts";
