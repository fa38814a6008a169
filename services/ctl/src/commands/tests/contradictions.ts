/** A model's document that is refused, what is said of it, and one that looks like it and is right. Lines count from `name`. */
export interface Contradiction {
  readonly what: string;
  readonly refused: string;
  /** Starts with line and path. */
  readonly said: string;
  readonly accepted: string;
}

/** Line 1 to 3 of each document. */
const head = "name: tried\nversion: 1\nbands: [{ name: pool, from: 0 }, { name: sql, from: 80 }]\n";
const ONE_OF_TWO = "Remove one of them, or let either hold with `any`";
const NARROW_FIRST = "Among rules with equally many conditions the first wins: put the narrower one first, or remove one";

const rule = (when: string): string => `profile:\n  - id: a\n    points: 80\n    when:\n      ${when.replaceAll("\n", "\n      ")}\n`;
const grouped = (...rules: string[]): string => `groups:\n  - { id: g, exclusive: true }\n${rules.join("\n")}\n`;
const size = (id: string, atLeast: number): string =>
  `  - { id: ${id}, group: g, points: 80, when: { companySize: { atLeast: ${atLeast} } } }`;
const banded = (bands: string): string => `${head.split("bands")[0]}bands:\n${bands}\n`;

/** Conditions of one rule. */
const conditions: readonly Contradiction[] = [
  {
    what: "two values of one field",
    refused: rule("need: stated\nany:\n  - { need: none }\n  - { budgetClear: true }"),
    said: `10 profile.0.when.any.0.need: never holds together with profile.0.when.need (line 8). ${ONE_OF_TWO}`,
    accepted: rule("need: [stated, none]\nany:\n  - { need: none }\n  - { budgetClear: true }"),
  },
  {
    what: "two tags, which one lead may have",
    refused: rule("tags:\n  equals: vip\n  not: [vip, spam]"),
    said: `10 profile.0.when.tags.not: never holds together with profile.0.when.tags.equals (line 9). ${ONE_OF_TWO}`,
    accepted: rule("tags:\n  equals: vip\n  in: [spa, spam]\n  not: [vips]"),
  },
  {
    what: "a set that excludes all",
    refused: rule("emailKind:\n  not: [corporate, free, disposable]"),
    said: "9 profile.0.when.emailKind.not: can never hold: emailKind has no such value. Correct or remove it",
    accepted: rule("emailKind:\n  not: [free, disposable]"),
  },
  {
    what: "one of a set, and none of it",
    refused: rule("industry:\n  in: [retail, software]\n  not: [software, retail, energy]"),
    said: `10 profile.0.when.industry.not: never holds together with profile.0.when.industry.in (line 9). ${ONE_OF_TWO}`,
    accepted: rule("industry:\n  in: [retail, software]\n  not: [software, energy]"),
  },
  {
    what: "three tests of which each two may hold",
    refused: rule("decisionChain:\n  in: [unknown, unclear]\n  not: unclear\n  contains: clear"),
    said: `11 profile.0.when.decisionChain.contains: never holds together with profile.0.when.decisionChain.in (line 9) and profile.0.when.decisionChain.not (line 10). ${ONE_OF_TWO}`,
    accepted: rule("decisionChain:\n  in: [unknown, unclear]\n  not: unknown\n  contains: clear"),
  },
  {
    what: "a range whose ends are the wrong way round",
    refused: rule("budget:\n  atLeast: 500000\n  below: 100000"),
    said: "10 profile.0.when.budget.below: is not above profile.0.when.budget.atLeast (line 9): no number is at least the one and below the other. Make `atLeast` smaller than `below`",
    accepted: rule("budget:\n  atLeast: 500000\n  below: 500001"),
  },
  {
    what: "a number outside the range",
    refused: rule("companySize:\n  equals: 50\n  atLeast: 51"),
    said: `10 profile.0.when.companySize.atLeast: never holds together with profile.0.when.companySize.equals (line 9). ${ONE_OF_TWO}`,
    accepted: rule("companySize:\n  equals: 51\n  atLeast: 51"),
  },
  {
    what: "ranges that do not meet, one in an alternative",
    refused: rule("budget: { below: 100 }\nany:\n  - need: stated\n  - budget: { atLeast: 100 }"),
    said: `11 profile.0.when.any.1.budget.atLeast: never holds together with profile.0.when.budget.below (line 8). ${ONE_OF_TWO}`,
    accepted: rule("budget: { below: 100 }\nany:\n  - need: stated\n  - budget: { atLeast: 99 }"),
  },
  {
    what: "fewer than no employees",
    refused: rule("companySize:\n  below: 0"),
    said: "9 profile.0.when.companySize.below: can never hold: companySize has no such value. Correct or remove it",
    accepted: rule("companySize:\n  below: 1"),
  },
  {
    what: "a custom field that is no such number",
    refused: rule("custom.seats:\n  equals: many\n  atLeast: 10"),
    said: `10 profile.0.when.custom.seats.atLeast: never holds together with profile.0.when.custom.seats.equals (line 9). ${ONE_OF_TWO}`,
    accepted: rule('custom.seats:\n  equals: "12"\n  atLeast: 10'),
  },
  {
    what: "known and unknown",
    refused: rule("region:\n  present: false\n  in: [emea]"),
    said: `9 profile.0.when.region.present: never holds together with profile.0.when.region.in (line 10). ${ONE_OF_TWO}`,
    accepted: rule("region:\n  present: true\n  in: [emea]"),
  },
  {
    what: "a text that is not in the value",
    refused: rule("channel:\n  equals: search\n  contains: social"),
    said: `10 profile.0.when.channel.contains: never holds together with profile.0.when.channel.equals (line 9). ${ONE_OF_TWO}`,
    accepted: rule("channel:\n  equals: paid-search\n  contains: search"),
  },
  {
    what: "a range of something that is no number",
    refused: rule("hasNeed:\n  atLeast: 1"),
    said: "9 profile.0.when.hasNeed.atLeast: can never hold: hasNeed has no such value. Correct or remove it",
    accepted: rule("hasNeed: true"),
  },
];

/** Words that the edge writes otherwise. */
const words: readonly Contradiction[] = [
  {
    what: "an industry in another spelling",
    refused: rule("industry:\n  not: [retail, SaaS]"),
    said: "9 profile.0.when.industry.not.1: never occurs: events say software for it. Use software",
    accepted: rule("industry:\n  not: [retail, software]"),
  },
  {
    what: "a country's name, in an alternative",
    refused: rule("any:\n  - { country: Germany }\n  - { tags: [vip] }"),
    said: "9 profile.0.when.any.0.country: never occurs: events say DE for it. Use DE",
    accepted: rule("any:\n  - { country: DE }\n  - { tags: [vip] }"),
  },
  {
    what: "another word for a kind of touch",
    refused: "behaviour:\n  - { id: a, points: 80, touch: Whitepaper }\n",
    said: "5 behaviour.0.touch: never occurs: events say white-paper for it. Use white-paper",
    accepted: "behaviour:\n  - { id: a, points: 80, touch: white-paper-signed }\n",
  },
  {
    what: "a kind of touch that states intent",
    refused: "temperature:\n  hotTouches: [demo-request, quote]\n",
    said: "5 temperature.hotTouches.1: never occurs: events say purchase-intent for it. Use purchase-intent",
    accepted: "temperature:\n  hotTouches: [demo-request, purchase-intent]\n",
  },
];

/** Rules that stand in each other's way. */
const rules: readonly Contradiction[] = [
  {
    what: "a wider rule before a narrower one with as many conditions",
    refused: `${grouped("profile:", size("some", 10), size("many", 100))}`,
    said: `8 profile.1: is never reached: in the exclusive group g, profile.0 (line 7) always counts before it. ${NARROW_FIRST}`,
    accepted: `${grouped("profile:", size("many", 100), size("some", 10))}`,
  },
  {
    what: "a set before one of it",
    refused: grouped(
      "profile:",
      "  - { id: leader, group: g, points: 15, when: { titleClass: [director, vp] } }",
      "  - { id: vp, group: g, points: 80, when: { titleClass: vp } }",
    ),
    said: `8 profile.1: is never reached: in the exclusive group g, profile.0 (line 7) always counts before it. ${NARROW_FIRST}`,
    accepted: grouped(
      "profile:",
      "  - { id: leader, group: g, points: 15, when: { titleClass: [director, vp] } }",
      "  - { id: vp, group: g, points: 80, when: { titleClass: vp, region: emea } }",
    ),
  },
  {
    what: "two rules that leave nothing to a third",
    refused: grouped(
      "profile:",
      "  - { id: far, group: g, points: 80, when: { country: { not: DE } } }",
      "  - { id: near, group: g, points: 5, when: { country: DE } }",
      "  - { id: anywhere, group: g, points: 1, when: { country: { present: true } } }",
    ),
    said: `9 profile.2: is never reached: in the exclusive group g, profile.0 (line 7) and profile.1 (line 8) always count before it. ${NARROW_FIRST}`,
    accepted: grouped(
      "profile:",
      "  - { id: far, group: g, points: 80, when: { country: { not: [DE, AT] } } }",
      "  - { id: near, group: g, points: 5, when: { country: DE } }",
      "  - { id: anywhere, group: g, points: 1, when: { country: { present: true } } }",
    ),
  },
  {
    what: "kinds of touch that others always take",
    refused: grouped(
      "behaviour:",
      "  - { id: paper, group: g, points: 10, touch: white-paper }",
      "  - { id: case, group: g, points: 15, touch: case-collection }",
      "  - { id: download, group: g, points: 5, touch: [white-paper, case-collection] }",
    ),
    said: `9 behaviour.2: is never reached: in the exclusive group g, behaviour.0 (line 7) and behaviour.1 (line 8) always count before it. ${NARROW_FIRST}`,
    accepted: grouped(
      "behaviour:",
      "  - { id: paper, group: g, points: 10, touch: white-paper }",
      "  - { id: case, group: g, points: 15, touch: case-collection, when: { dwell: { atLeast: 1m } } }",
      "  - { id: download, group: g, points: 5, touch: [white-paper, case-collection] }",
    ),
  },
  {
    what: "points given and taken for the same",
    refused:
      "behaviour:\n  - { id: a, points: 80, touch: demo-request, when: { channel: [search, social] } }\n  - { id: b, points: -1, touch: [page-view, demo-request], when: { channel: [social, search] } }\n",
    said: "6 behaviour.1: contradicts behaviour.0 (line 5): the same test gives points there and takes them here. Keep one of the two",
    accepted:
      "behaviour:\n  - { id: a, points: 80, touch: demo-request, count: first }\n  - { id: b, points: -1, touch: [page-view, demo-request], count: { every: 3 } }\n",
  },
  {
    what: "a rule told twice",
    refused: "behaviour:\n  - { id: a, points: 80, touch: demo-request }\n  - { id: b, points: 40, touch: demo-request }\n",
    said: "6 behaviour.1: repeats behaviour.0 (line 5): the same test counts twice. Keep one of the two, with the points of both",
    accepted:
      "behaviour:\n  - { id: a, points: 80, touch: demo-request }\n  - { id: b, points: 40, touch: demo-request, decay: { halfLife: 30d } }\n",
  },
  {
    what: "a kind of touch named twice, which would count twice",
    refused: "behaviour:\n  - id: a\n    points: 80\n    touch:\n      - demo-request\n      - page-view\n      - demo-request\n",
    said: "10 behaviour.0.touch.2: is behaviour.0.touch.0 (line 8) again. Name each once",
    accepted: "behaviour:\n  - id: a\n    points: 80\n    touch:\n      - demo-request\n      - page-view\n",
  },
  {
    what: "a penalty with the id of a rule",
    refused:
      "behaviour:\n  - { id: a, points: 80, touch: demo-request }\ninactivity:\n  penalties:\n    - { id: a, after: 9d, points: -1 }\n",
    said: "8 inactivity.penalties.0.id: is the id of behaviour.0 (line 5) too. Give each penalty its own id: ledgers name it",
    accepted:
      "behaviour:\n  - { id: a, points: 80, touch: demo-request }\ninactivity:\n  penalties:\n    - { id: b, after: 9d, points: -1 }\n",
  },
  {
    what: "a rule called as a row that is not its own",
    refused: "behaviour:\n  - { id: decay, points: 80, touch: demo-request }\n",
    said: "5 behaviour.0.id: is what ledgers call a row that no rule writes. Choose another id",
    accepted: "behaviour:\n  - { id: decayed, points: 80, touch: demo-request }\n",
  },
  {
    what: "a grade that an earlier rule always gives",
    refused:
      "grades:\n  rules:\n    - { grade: B, when: { need: [stated, potential] } }\n    - { grade: A, when: { need: stated, budgetClear: true } }\n",
    said: "7 grades.rules.1: is never reached: grades.rules.0 (line 6) always holds before it. Put the narrower one first, or remove one",
    accepted:
      "grades:\n  rules:\n    - { grade: A, when: { need: stated, budgetClear: true } }\n    - { grade: B, when: { need: [stated, potential] } }\n",
  },
  {
    what: "a matrix behind rules that hold for every lead",
    refused:
      "grades:\n  rules:\n    - { grade: A, when: { hasContact: true } }\n    - { grade: B, when: { hasContact: false } }\n  matrix: { fit: [], engagement: [], grades: [[C]] }\n",
    said: "8 grades.matrix: is never reached: grades.rules.0 (line 6) and grades.rules.1 (line 7) always hold before it, one or another. Put the narrower one first, or remove one",
    accepted:
      "grades:\n  rules:\n    - { grade: A, when: { budgetClear: true } }\n    - { grade: B, when: { budgetClear: false } }\n  matrix: { fit: [], engagement: [], grades: [[C]] }\n",
  },
];

/** Limits, fading and bands. */
const limits: readonly Contradiction[] = [
  {
    what: "a limit of no points",
    refused: "behaviour:\n  - id: a\n    points: 80\n    touch: demo-request\n    cap:\n      perDay: 0\n",
    said: "9 behaviour.0.cap.perDay: is not above zero. A cap names the most points; remove it or make it positive",
    accepted: "behaviour:\n  - id: a\n    points: 80\n    touch: demo-request\n    cap:\n      perDay: 80\n",
  },
  {
    what: "a limit below one award",
    refused: "behaviour:\n  - id: a\n    points: 80\n    touch: demo-request\n    cap:\n      lifetime: 79.999\n",
    said: "9 behaviour.0.cap.lifetime: is below one award of behaviour.0.points (line 6), which is never given in full. Use at least 80",
    accepted: "behaviour:\n  - id: a\n    points: 80\n    touch: demo-request\n    cap:\n      lifetime: 80\n",
  },
  {
    what: "a group's limit below one award",
    refused:
      "groups:\n  - id: g\n    cap: { perDay: 40 }\nbehaviour:\n  - { id: a, group: g, points: -50, touch: bye }\n  - { id: b, group: g, points: 41, touch: demo-request }\n",
    said: "6 groups.0.cap.perDay: is below one award of behaviour.1.points (line 9), which is never given in full. Use at least 41",
    accepted:
      "groups:\n  - id: g\n    cap: { perDay: 41 }\nbehaviour:\n  - { id: a, group: g, points: -50, touch: bye }\n  - { id: b, group: g, points: 41, touch: demo-request }\n",
  },
  {
    what: "a limit of a day above that of a lifetime",
    refused: "behaviour:\n  - id: a\n    points: 10\n    touch: demo-request\n    cap:\n      perDay: 90\n      lifetime: 80\n",
    said: "9 behaviour.0.cap.perDay: is above behaviour.0.cap.lifetime (line 10) and never reached. Make it at most the lifetime cap",
    accepted: "behaviour:\n  - id: a\n    points: 10\n    touch: demo-request\n    cap:\n      perDay: 80\n      lifetime: 80\n",
  },
  {
    what: "a rule's limit above its group's",
    refused:
      "groups:\n  - id: g\n    cap: { lifetime: 100 }\nbehaviour:\n  - { id: a, group: g, points: 80, touch: demo-request, cap: { perDay: 101 } }\n",
    said: "8 behaviour.0.cap.perDay: is above groups.0.cap.lifetime (line 6) and never reached. Use at most 100",
    accepted:
      "groups:\n  - id: g\n    cap: { lifetime: 100 }\nbehaviour:\n  - { id: a, group: g, points: 80, touch: demo-request, cap: { perDay: 100 } }\n",
  },
  {
    what: "a limit on points for a profile",
    refused: "groups:\n  - id: g\n    cap: { lifetime: 20 }\nprofile:\n  - { id: a, group: g, points: 80, when: { budgetClear: true } }\n",
    said: "6 groups.0.cap: limits nothing: profile.0 (line 8) of this group is about profiles or takes points. Remove the cap: it limits what behaviour and status rules give",
    accepted:
      "groups:\n  - id: g\n    cap: { lifetime: 20 }\nprofile:\n  - { id: a, group: g, points: 80, when: { budgetClear: true } }\nbehaviour:\n  - { id: b, group: g, points: 20, touch: demo-request }\n",
  },
  {
    what: "fading of points for a profile",
    refused:
      "groups:\n  - id: g\n    decay: { halfLife: 30d }\nprofile:\n  - { id: a, group: g, points: 80, when: { budgetClear: true } }\n",
    said: "6 groups.0.decay: fades nothing: profile.0 (line 8) of this group is a profile rule. Remove it: points for a profile stay as long as the profile does",
    accepted:
      "groups:\n  - id: g\n    decay: { halfLife: 30d }\nprofile:\n  - { id: a, group: g, points: 80, when: { budgetClear: true } }\nstatus:\n  - { id: b, group: g, points: -5, status: returned }\n",
  },
  {
    what: "a band that the rules cannot reach",
    refused:
      "groups:\n  - { id: g, exclusive: true }\nprofile:\n  - { id: a, group: g, points: 60, when: { need: stated } }\n  - { id: b, group: g, points: 50, when: { need: potential } }\nbehaviour:\n  - { id: c, points: 19.999, touch: demo-request, count: first }\n",
    said: "3 bands.1.from: is never reached: the rules from profile.0 (line 7) to behaviour.0 (line 10) give at most 79.999 points. Use at most 79.999, or let rules give more",
    accepted:
      "groups:\n  - { id: g, exclusive: true }\nprofile:\n  - { id: a, group: g, points: 60, when: { need: stated } }\n  - { id: b, group: g, points: 50, when: { need: potential } }\nbehaviour:\n  - { id: c, points: 20, touch: demo-request, count: first }\n",
  },
];

/** Documents that bring bands of their own. */
const bands: readonly Contradiction[] = [
  {
    what: "a band beyond the scale",
    refused: `scale:\n  max: 70\n${banded("  - { name: pool, from: 0 }\n  - { name: sql, from: 80 }")}`,
    said: "7 bands.1.from: is above scale.max (line 2): the band is never reached. Use at most 70",
    accepted: `scale:\n  max: 80\n${banded("  - { name: pool, from: 0 }\n  - { name: sql, from: 80 }")}`,
  },
  {
    what: "bands that overlap",
    refused: banded("  - { name: pool, from: 0, to: 61 }\n  - { name: sql, from: 60 }"),
    said: "4 bands.0.to: overlaps bands.1.from (line 5). Use 60, or remove `to`",
    accepted: banded("  - { name: pool, from: 0, to: 60 }\n  - { name: sql, from: 60, to: 100 }"),
  },
  {
    what: "a gap",
    refused: banded("  - { name: pool, from: 0, to: 59.999 }\n  - { name: sql, from: 60 }"),
    said: "4 bands.0.to: leaves a gap before bands.1.from (line 5). Use 60, or remove `to`",
    accepted: banded("  - { name: pool, from: 0, to: 60 }\n  - { name: sql, from: 60 }"),
  },
  {
    what: "a hysteresis over the whole band below",
    refused: banded("  - { name: pool, from: 0 }\n  - { name: mql, from: 60 }\n  - { name: sql, from: 80, hysteresis: 20 }"),
    said: "6 bands.2.hysteresis: reaches down to bands.1.from (line 5): a falling lead passes over that band. Use less than 20",
    accepted: banded("  - { name: pool, from: 0 }\n  - { name: mql, from: 60 }\n  - { name: sql, from: 80, hysteresis: 19.999 }"),
  },
  {
    what: "a band that is never left again",
    refused: banded("  - { name: pool, from: 0 }\n  - { name: mql, from: 60, hysteresis: 60 }"),
    said: "5 bands.1.hysteresis: reaches down to bands.0.from (line 4): the band is never left again. Use less than 60",
    accepted: banded("  - { name: pool, from: 0 }\n  - { name: mql, from: 60, hysteresis: 59 }"),
  },
];

export const contradictions: readonly Contradiction[] = [
  ...[...conditions, ...words, ...rules, ...limits].map(({ refused, accepted, ...rest }) => ({
    ...rest,
    refused: head + refused,
    accepted: head + accepted,
  })),
  ...bands,
];
