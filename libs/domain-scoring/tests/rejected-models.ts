/** A model that everything fits. */
export const smallModel = {
  name: "m",
  version: 1,
  bands: [
    { name: "pool", from: 0 },
    { name: "sql", from: 80 },
  ],
};
const rule = { id: "a", points: 1, touch: "t" };

/** What is wrong, the parts that make the small model wrong, and the fault that has to be among those reported. */
export const rejectedModels: readonly (readonly [string, Record<string, unknown>, string])[] = [
  ["unknown key", { rulez: [] }, "rulez: is not a known key"],
  ["duplicate rule ids", { behaviour: [rule, { ...rule, touch: "u" }] }, "behaviour.1.id: is the id of behaviour.0 too"],
  [
    "overlapping bands",
    {
      bands: [
        { name: "a", from: 0, to: 50 },
        { name: "b", from: 40 },
      ],
    },
    "bands.0.to: overlaps bands.1.from",
  ],
  [
    "a gap",
    {
      bands: [
        { name: "a", from: 0, to: 30 },
        { name: "b", from: 40 },
      ],
    },
    "bands.0.to: leaves a gap before bands.1.from",
  ],
  [
    "bands out of order",
    {
      bands: [
        { name: "a", from: 0 },
        { name: "b", from: 50 },
        { name: "c", from: 50 },
      ],
    },
    "bands.2.from: is not above bands.1.from: the two bands overlap",
  ],
  [
    "a band off the scale",
    {
      bands: [
        { name: "a", from: 0 },
        { name: "b", from: 101 },
      ],
    },
    "bands.1.from: is above scale.max: the band is never reached",
  ],
  ["scores without a band", { bands: [{ name: "a", from: 10 }] }, "bands.0.from: is not scale.min: scores below it would have no band"],
  [
    "an unreachable rule",
    {
      groups: [{ id: "g", exclusive: true }],
      behaviour: [
        { ...rule, group: "g" },
        { ...rule, id: "b", points: 2, group: "g" },
      ],
    },
    "behaviour.1: is never reached: in the exclusive group g, behaviour.0 always counts before it",
  ],
  [
    "contradicting rules",
    { behaviour: [rule, { ...rule, id: "b", points: -2 }] },
    "behaviour.1: contradicts behaviour.0: the same test gives points there and takes them here",
  ],
  [
    "an empty range",
    { profile: [{ id: "a", points: 1, when: { budget: { atLeast: 5, below: 5 } } }] },
    "profile.0.when.budget.below: is not above profile.0.when.budget.atLeast: no number is at least the one and below the other",
  ],
  [
    "a value outside the vocabulary",
    { profile: [{ id: "a", points: 1, when: { titleClass: "boss" } }] },
    "profile.0.when.titleClass: can never hold: the field has no such value",
  ],
  ["an unknown field", { profile: [{ id: "a", points: 1, when: { shoeSize: 43 } }] }, "profile.0.when.shoeSize: is not a known field"],
  ["no points", { behaviour: [{ ...rule, points: 0 }] }, "behaviour.0.points: gives no points: the rule has no effect"],
  ["four decimals", { behaviour: [{ ...rule, points: 0.0001 }] }, "behaviour.0.points: is not a number of points"],
  ["not a number", { behaviour: [{ ...rule, points: Number.NaN }] }, "behaviour.0.points: is not a number of points"],
  [
    "a cap never reached",
    { behaviour: [{ ...rule, cap: { perDay: 5, lifetime: 4 } }] },
    "behaviour.0.cap.perDay: is above behaviour.0.cap.lifetime and never reached",
  ],
  ["an unknown group", { behaviour: [{ ...rule, group: "g" }] }, "behaviour.0.group: names a group that is not there"],
  ["an unknown status", { status: [{ id: "a", points: 1, status: "bought" }] }, "status.0.status: is not one of the allowed values"],
  [
    "two ways of fading",
    { behaviour: [{ ...rule, decay: { halfLife: "1d", window: "2d" } }] },
    "behaviour.0.decay: does not name exactly one way of fading",
  ],
  ["a half-life too long", { behaviour: [{ ...rule, decay: { halfLife: "366d" } }] }, "behaviour.0.decay.halfLife: is not a duration"],
  [
    "a matrix of the wrong shape",
    { grades: { matrix: { fit: [1], engagement: [1], grades: [["A", "B"]] } } },
    "grades.matrix.grades: has not one row per step of grades.matrix.fit",
  ],
  [
    "an unreachable grade",
    {
      grades: {
        rules: [
          { grade: "A", when: { need: "stated" } },
          { grade: "B", when: { need: "stated" } },
        ],
      },
    },
    "grades.rules.1: is never reached: grades.rules.0 always holds before it",
  ],
  ["a band without temperature", { temperature: { bands: { pool: "cold" } } }, "temperature.bands.sql: is missing"],
  [
    "penalties out of order",
    {
      inactivity: {
        penalties: [
          { id: "a", after: "2d", points: -1 },
          { id: "b", after: "1d", points: -1 },
        ],
      },
    },
    "inactivity.penalties.1.after: is not later than inactivity.penalties.0.after",
  ],
];
