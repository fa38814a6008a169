import type { ModelPublished } from "./generated/codecs.ts";

/** How a model takes effect, beside its document. */
export type ModelTerms = Pick<ModelPublished, "role" | "percent" | "where" | "rescorePerSecond">;

/** For every lead, each with its next event. */
export const everyLead: ModelTerms = { role: "champion", percent: 100, where: null, rescorePerSecond: 0 };
