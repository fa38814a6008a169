import { journeyEnd, journeyStates } from "../journey/journey.ts";
import { conditionsSchema } from "./conditions-schema.ts";
import {
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

/** The shape of a journey for editors; steps that are reached and in the order of their time only `checkJourney` sees. */
export function journeySchema(): JsonSchema {
  const description = "What leads hear that are not ripe for sales: docs/journeys.md.";
  return documentSchema("Leadstream journey", description, journey, { kind, kinds, when, send });
}

const kind: JsonSchema = { type: "string", pattern: "^[a-z0-9]+(?:-[a-z0-9]+)*$", maxLength: 200 };
const kinds = explained("kinds of touch; any one is enough", { anyOf: [ref("kind"), listOf(ref("kind"), { minItems: 1 })] });
const when = object(
  {
    did: ref("kinds"),
    didNot: ref("kinds"),
    since: explained("the step above since which; otherwise since it entered", orNothing(ref("text"))),
  },
  [],
  { anyOf: [{ required: ["did"] }, { required: ["didNot"] }] },
);
const send = explained("the template that is asked for, by e-mail where no channel is said", {
  anyOf: [ref("text"), object({ template: ref("text"), channel: ref("text") }, ["template"])],
});

const effects = {
  when: ref("when"),
  send: ref("send"),
  alert: explained("what somebody in sales is told", orNothing(ref("text"))),
  next: explained(`a later step, or ${journeyEnd}`, orNothing(ref("text"))),
};
const doesSomething = [{ required: ["send"] }, { required: ["alert"] }, { required: ["next"] }];
const branch = object(effects, [], { anyOf: doesSomething });

const step = object(
  {
    id: ref("text"),
    after: explained("since the lead entered; 0: at once", { anyOf: [{ const: 0 }, ref("duration")] }),
    description: forPeople,
    branches: explained("the first whose condition holds", listOf(branch, { minItems: 1 })),
    ...effects,
  },
  ["id", "after"],
  {
    anyOf: [{ required: ["branches"] }, ...doesSomething],
    not: { required: ["branches"], anyOf: [{ required: ["when"] }, ...doesSomething] },
  },
);

const journey = object(
  {
    name: ref("text"),
    description: forPeople,
    priority: explained("of journeys that fit a lead enters the one with the highest; 100 where it is not said", wholeNumber(0, 1_000)),
    goal: explained(
      "who does one of these leaves: the journey is there for it",
      object({ did: ref("kinds"), description: forPeople }, ["did"]),
    ),
    ended: explained("whoever is in it leaves, and nobody enters", { type: "boolean" }),
    consent: explained("assumed: until a lead withdraws it", oneOf(["assumed", "required"])),
    enter: object({ states: listOf(oneOf(journeyStates), { minItems: 1 }), when: conditionsSchema }),
    reenter: explained("since the lead left; never where it is not said", { anyOf: [{ const: "never" }, orNothing(ref("duration"))] }),
    limits: object({ perWeek: explained("messages to one lead in any seven days", wholeNumber(1, 20)) }),
    calendars: ref("calendars"),
    calendar: explained("when messages may go out", orNothing(ref("text"))),
    steps: listOf(step, { minItems: 1, maxItems: 50 }),
  },
  ["name"],
  { anyOf: [{ required: ["steps"] }, { properties: { ended: { const: true } }, required: ["ended"] }] },
);
