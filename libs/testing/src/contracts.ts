/** Suites that every implementation of a port has to pass. Apart from index.ts because they may be loaded inside Jest only. */
export { type StateStorePlace, stateStoreContract } from "./state-store-contract.ts";
