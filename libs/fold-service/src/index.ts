export { type FoldIo, openFoldIo } from "./open-io.ts";
export { runFoldService } from "./run-service.ts";
export { type FoldServiceSettings, foldServiceShape } from "./settings.ts";
