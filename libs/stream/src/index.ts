export * from "./errors.ts";
export * from "./fold.ts";
export * from "./partitioner.ts";
export * from "./ports.ts";
export * from "./stage.ts";
