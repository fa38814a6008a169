export { copyStateStore } from "./copy-state-store.ts";
export { type FolderLock, lockFolder } from "./folder-lock.ts";
export { KeyStoreError, type KeyStoreErrorCode, type LeadKey, LmdbKeyStore } from "./key-store.ts";
export { deleteStateStore, openStateStore, type StateStoreOptions } from "./state-store.ts";
