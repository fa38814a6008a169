import { tiers } from "../policy/policy.ts";
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

/** The shape of a roster for editors; ids that are used twice and spans out of order only `checkRoster` sees. */
export function rosterSchema(): JsonSchema {
  const description = "Teams and their reps: docs/routing.md.";
  return documentSchema("Leadstream roster", description, roster, { instant });
}

const instant = explained("2026-05-01 (midnight UTC) or 2026-05-01T08:00:00+08:00", {
  type: "string",
  pattern: "^\\d{4}-\\d{2}-\\d{2}(?:T\\d{2}:\\d{2}(?::\\d{2})?(?:Z|[+-]\\d{2}:\\d{2}))?$",
});
const span = { from: ref("instant"), until: ref("instant") };

const rep = object(
  {
    id: ref("text"),
    name: forPeople,
    tier: explained("mid where it is not said", oneOf(tiers)),
    skills: ref("texts"),
    regions: ref("texts"),
    languages: ref("texts"),
    capacity: explained("leads held at once", wholeNumber(0, 10_000)),
    weight: explained("share in weighted round-robin", wholeNumber(1, 16)),
    absent: listOf(object(span, ["from", "until"])),
    targets: explained(
      "sales targets in whole currency units",
      listOf(object({ ...span, amount: wholeNumber(1, 10_000_000_000), currency }, ["from", "until", "amount"])),
    ),
    calendar: explained("the team's where it is not said", ref("calendarName")),
  },
  ["id"],
);

const team = object(
  {
    id: ref("text"),
    name: forPeople,
    removed: explained("publishing says so of a team that is gone", { type: "boolean" }),
    regions: ref("texts"),
    queueLimit: explained("leads that may wait for a free rep", wholeNumber(0, 10_000)),
    tierFallback: explained("another tier takes over when the wanted one cannot", { type: "boolean" }),
    reassignPerHour: explained("leads of one who left that are given out in an hour", wholeNumber(1, 100_000)),
    claims: object({
      cap: explained("claimed leads held at once", wholeNumber(0, 10_000)),
      perDay: wholeNumber(0, 10_000),
      dayStart: explained("the quota's day begins so long after midnight UTC", orNothing(ref("duration"))),
    }),
    calendars: ref("calendars"),
    calendar: ref("calendarName"),
    reps: listOf(rep, { maxItems: 5_000 }),
  },
  ["id"],
);

const roster = object({ name: ref("text"), description: forPeople, calendars: ref("calendars"), teams: listOf(team, { minItems: 1 }) }, [
  "name",
  "teams",
]);
