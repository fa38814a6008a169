export * from "./builders.ts";
export { type EventuallyOptions, eventually } from "./eventually.ts";
export * from "./journey-builders.ts";
export { type RealData, realData } from "./real-data.ts";
export * from "./roster-builders.ts";
export { type SeededRandom, seededRandom } from "./seeded-random.ts";
export { type ChangesOfTest, storeChanges } from "./store-changes.ts";
export { type TemporaryFolder, temporaryFolder } from "./temporary-folder.ts";
