import { checkModel, compileModel, Scorer } from "@leadstream/domain-scoring";
import { BenchError } from "../harness/bench-error.ts";
import { defaultModelFile, readModel } from "../scoring/model-file.ts";

/** A scorer of the shipped model `default`; with another version number it is another model to the states that it meets. */
export function defaultScorer(version = 1): Scorer {
  const document = JSON.parse(readModel(defaultModelFile).document) as Record<string, unknown>;
  const checked = checkModel({ ...document, version });
  if ("faults" in checked) throw new BenchError("INVALID_OPTION", `the shipped model is refused: ${checked.faults[0]?.problem}`);
  return new Scorer(compileModel(checked.model));
}
