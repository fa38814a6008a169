import { gradeSymbols, temperatureSymbols } from "@leadstream/schemas";
import { outOfHoursChoices, strategies, tiers } from "../policy/policy.ts";
import { conditionsSchema } from "./conditions-schema.ts";
import {
  currency,
  documentSchema,
  explained,
  forPeople,
  type JsonSchema,
  listOf,
  object,
  oneOf,
  orNothing,
  ref,
  wholeNumber,
} from "./json-schema.ts";

const pool = oneOf(["pool", "nurture"]);
const outOfHours = explained("when all who fit are out of hours: wait, or ask the next team", oneOf(outOfHoursChoices));
const tierOrAny = oneOf([...tiers, "any"]);

/**
 * The shape of a routing policy for editors. It is made from the lists that `checkPolicy` reads by, and is the weaker of the two: what holds between
 * parts of a document (rules that are reached, clocks in their order, names of teams) only the check says.
 */
export function policySchema(): JsonSchema {
  return documentSchema("Leadstream routing policy", "Who gets which lead, and how long a rep may take: docs/routing.md.", policy, {
    when: conditionsSchema,
    target,
    phase,
  });
}

const target = object(
  {
    team: ref("text"),
    tier: explained("by grade where it is not said", tierOrAny),
    skills: explained("all are asked for", ref("texts")),
    strategy: oneOf(strategies),
    rep: explained("wanted; others follow", orNothing(ref("text"))),
    outOfHours,
  },
  ["team"],
);

const phase = object(
  {
    target: explained("missed: a report and an alert", orNothing(ref("duration"))),
    remind: explained("the rep", ref("duration")),
    escalate: explained("to the head of sales", ref("duration")),
    recycle: explained("the lead is taken away", ref("duration")),
  },
  ["remind", "escalate", "recycle"],
);

const rule = object(
  {
    id: ref("text"),
    when: ref("when"),
    assign: explained("the first choice", ref("target")),
    otherwise: explained("asked in this order when it denies", listOf(ref("target"))),
    description: forPeople,
  },
  ["id", "assign"],
);

const clock = object(
  {
    grade: oneOf(gradeSymbols),
    tier: explained("any where it is not said", oneOf(tiers)),
    calendar: explained("the hours that count; round the clock where it is not said", ref("calendarName")),
    firstFollowUp: orNothing(ref("duration")),
    grace: explained("recycle is never before firstFollowUp + grace", orNothing(ref("duration"))),
    first: explained("from the assignment to the first contact", ref("phase")),
    cadence: explained("from each contact to the next", ref("phase")),
  },
  ["grade", "first", "cadence"],
);

const rate: JsonSchema = { type: "number", exclusiveMinimum: 0, maximum: 1_000_000 };

const policy = object(
  {
    name: ref("text"),
    description: forPeople,
    assignOn: explained("mql: marketing's leads go to sales as well", oneOf(["mql", "sql"])),
    bands: explained("which bands of the scoring model count as MQL and SQL", object({ mql: ref("texts"), sql: ref("texts") })),
    tierByGrade: object(Object.fromEntries(gradeSymbols.map((grade) => [grade, tierOrAny]))),
    rules: explained("from the top; the first that holds decides", listOf(rule)),
    fallback: explained("takes what no rule places", ref("target")),
    calendars: ref("calendars"),
    clocks: explained("the first row that fits grade and tier; each grade needs one for any tier", listOf(clock, { minItems: 1 })),
    lease: object({ duration: ref("duration"), to: pool }),
    recycle: object({
      to: pool,
      coolDown: explained("so long the former owner may not claim", ref("duration")),
      reassignAfter: explained("unclaimed for so long: assigned again by rule", orNothing(ref("duration"))),
      maximum: explained("automatic re-assignments at most", wholeNumber(0, 1_000)),
    }),
    handBack: object({ to: pool, coolDown: ref("duration") }),
    request: object({ waitLimit: ref("duration"), retryAfter: listOf(ref("duration")), outOfHours }),
    claim: object({ from: listOf(pool) }),
    reactivate: object({ riseBy: explained("points that a resting lead must gain", wholeNumber(0, 1_000)) }),
    inactivity: object({ after: ref("duration"), leased: oneOf(["alert", "nurture"]), pool: oneOf(["keep", "nurture"]) }),
    currency: explained(
      "of sales targets; a policy that goes by them needs it",
      object(
        {
          base: currency,
          rates: explained("what one unit is worth in the base", { type: "object", propertyNames: currency, additionalProperties: rate }),
        },
        ["base"],
      ),
    ),
    followUp: explained("how, in your own words", object(Object.fromEntries(temperatureSymbols.map((each) => [each, ref("text")])))),
  },
  ["name", "fallback", "clocks"],
);
