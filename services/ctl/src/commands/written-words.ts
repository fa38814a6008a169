import {
  normaliseChannel,
  normaliseCountry,
  normaliseIndustry,
  normaliseLanguage,
  normaliseProductLine,
  normaliseRegion,
  normaliseTag,
  normaliseTouchKind,
} from "@leadstream/edge";

interface WordFault {
  readonly path: string;
  readonly problem: string;
  readonly remedy: string;
}

type Normalise = (text: string) => string | null;

/** Fields whose values the edge writes in one way only, whatever was said (C4). */
const writers: Readonly<Record<string, Normalise>> = {
  industry: normaliseIndustry,
  country: normaliseCountry,
  region: normaliseRegion,
  language: normaliseLanguage,
  productLine: normaliseProductLine,
  tags: normaliseTag,
  channel: normaliseChannel,
};

/** Values in a checked model that no event carries, because the edge writes them otherwise: a rule on them would never hold. */
export function wordFaultsOfModel(model: Readonly<Record<string, unknown>>): readonly WordFault[] {
  const rules = (section: string): readonly Record<string, unknown>[] => listOf(model[section]).map(mapOf);
  const { rules: grades } = mapOf(model.grades);
  const { hotTouches, hotWhen } = mapOf(model.temperature);
  return [
    ...(["profile", "behaviour"] as const).flatMap((section) =>
      rules(section).flatMap(({ when, touch }, index) => [
        ...wordFaults(when, `${section}.${index}.when`),
        ...faultsOf(touch, `${section}.${index}.touch`, normaliseTouchKind),
      ]),
    ),
    ...listOf(grades).flatMap((rule, index) => wordFaults(mapOf(rule).when, `grades.rules.${index}.when`)),
    ...faultsOf(hotTouches, "temperature.hotTouches", normaliseTouchKind),
    ...wordFaults(hotWhen, "temperature.hotWhen"),
  ];
}

/** The same for checked conditions, as `when` has them. */
export function wordFaults(when: unknown, path: string): readonly WordFault[] {
  return Object.entries(mapOf(when)).flatMap(([field, wanted]) => {
    const at = `${path}.${field}`;
    if (field === "any") return listOf(wanted).flatMap((one, index) => wordFaults(one, `${at}.${index}`));
    const normalise = Object.hasOwn(writers, field) ? writers[field] : undefined;
    if (normalise === undefined) return [];
    const tests = mapOf(wanted);
    return [
      ...faultsOf(wanted, at, normalise),
      ...["equals", "in", "not"].flatMap((test) => faultsOf(tests[test], `${at}.${test}`, normalise)),
    ];
  });
}

/** Of a text or a list of texts; of anything else none. */
function faultsOf(value: unknown, path: string, normalise: Normalise): readonly WordFault[] {
  if (Array.isArray(value)) return value.flatMap((one, index) => faultsOf(one, `${path}.${index}`, normalise));
  if (typeof value !== "string") return [];
  const written = normalise(value);
  if (written === value) return [];
  if (written === null) return [{ path, problem: "is no value that the field can have", remedy: "Correct or remove it" }];
  return [{ path, problem: `never occurs: events say ${written} for it`, remedy: `Use ${written}` }];
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const mapOf = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
