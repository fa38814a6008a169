import { temporaryFolder } from "@leadstream/testing";
import { stateStoreContract } from "@leadstream/testing/contracts";
import { openStateStore } from "./index.ts";

const place = (segmentBytes?: number) => () => {
  const folder = temporaryFolder("state-store");
  return {
    store: () => openStateStore({ directory: folder.path, name: "scoring", partition: 3, ...(segmentBytes && { segmentBytes }) }),
    destroy: async () => folder.remove(),
  };
};

stateStoreContract("on the disk", place());
// So short that each write begins several and merges others.
stateStoreContract("on the disk, in segments of 200 bytes", place(200));
