import { join } from "node:path";

const checkout = join(import.meta.dirname, "../../..");

/** What decides a state: a store made by other logic is never continued unnoticed. */
export const logicFolders: readonly string[] = ["schemas/src", "libs/stream/src", "libs/domain-scoring/src", "services/scoring/src"].map(
  (folder) => join(checkout, folder),
);
