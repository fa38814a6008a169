import { temporaryFolder } from "@leadstream/testing";
import { stateStoreContract } from "@leadstream/testing/contracts";
import { openStateStore } from "./index.ts";

stateStoreContract("LMDB", () => {
  const folder = temporaryFolder("state-store");
  return {
    store: () => openStateStore({ directory: folder.path, name: "scoring", partition: 3 }),
    destroy: async () => folder.remove(),
  };
});
