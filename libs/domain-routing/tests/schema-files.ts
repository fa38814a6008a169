import { type JsonSchema, journeySchema, policySchema, rosterSchema } from "../src/index.ts";

/** The schemas that are published for editors, by the kind of document. */
export const publishedSchemas = { policy: policySchema(), roster: rosterSchema(), journey: journeySchema() } as const satisfies Record<
  string,
  JsonSchema
>;
export type DocumentKind = keyof typeof publishedSchemas;
export const documentKinds = Object.keys(publishedSchemas) as DocumentKind[];

export const schemaFile = (kind: DocumentKind): URL => new URL(`../../../schemas/documents/${kind}.schema.json`, import.meta.url);

const folders: Record<DocumentKind, string> = { policy: "policies", roster: "rosters", journey: "journeys" };
/** Where the example documents of the kind stand. */
export const exampleFolder = (kind: DocumentKind): URL => new URL(`../../../infra/examples/${folders[kind]}/`, import.meta.url);
