export { deleteStateStore, MAX_KEY_BYTES, openStateStore, type StateStoreOptions } from "./lmdb-state-store.ts";
