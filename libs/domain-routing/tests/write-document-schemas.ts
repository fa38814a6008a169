/** Writes the published JSON Schemas of policies, rosters and journeys: `node libs/domain-routing/tests/write-document-schemas.ts`. */
import { writeFileSync } from "node:fs";
import { documentKinds, publishedSchemas, schemaFile } from "./schema-files.ts";

for (const kind of documentKinds) writeFileSync(schemaFile(kind), `${JSON.stringify(publishedSchemas[kind], null, 2)}\n`);
