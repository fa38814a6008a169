import { MemoryStateStore } from "@leadstream/stream";
import { stateStoreContract } from "@leadstream/testing/contracts";

stateStoreContract("memory", () => {
  const store = new MemoryStateStore();
  return { store: () => store, destroy: async () => undefined };
});
