/** Writes the published JSON Schema of scoring models: `node libs/domain-scoring/tests/write-model-schema.ts`. */
import { writeFileSync } from "node:fs";
import { modelSchema } from "../src/index.ts";
import { modelSchemaFile } from "./documents.ts";

writeFileSync(modelSchemaFile, `${JSON.stringify(modelSchema(), null, 2)}\n`);
