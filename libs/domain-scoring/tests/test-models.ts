/** A model that uses every feature at once, with limits that bind often. */
export const harshModel = {
  name: "harsh",
  version: 1,
  scale: { min: 0, max: 50 },
  bands: [
    { name: "pool", from: 0 },
    { name: "mql", from: 15, hysteresis: 1.5 },
    { name: "sql", from: 30, hysteresis: 0.25 },
  ],
  groups: [
    { id: "web", exclusive: true, decay: { halfLife: "10d" }, cap: { perDay: 5, lifetime: 24 } },
    { id: "deep", decay: { linear: "40d" }, cap: { perDay: 16 } },
    { id: "title", exclusive: true },
  ],
  profile: [
    { id: "founder", group: "title", points: 8, when: { titleClass: "founder" } },
    { id: "leader", group: "title", points: 5, when: { titleClass: ["founder", "director"] } },
    { id: "student", points: -6, when: { titleClass: "student" } },
    { id: "unknown-industry", points: -1, when: { industry: { present: false } } },
    { id: "budget", points: 3.5, when: { budget: { atLeast: 500000 } } },
  ],
  behaviour: [
    { id: "home", group: "web", points: 2, touch: "home-view" },
    { id: "page", group: "web", points: 1.5, touch: ["page-view", "blog-view", "home-view"] },
    { id: "read", group: "web", points: 3, touch: ["page-view", "blog-view"], when: { dwell: { atLeast: "2m" } } },
    { id: "paper", group: "deep", points: 9.125, touch: "white-paper" },
    { id: "any-download", group: "deep", points: 4, touch: ["download", "white-paper"] },
    { id: "webinar", points: 12, touch: "webinar", decay: { window: "30d" } },
    { id: "pricing", points: 10, touch: "pricing-view", decay: { halfLife: "30d" }, cap: { lifetime: 25 } },
    { id: "demo", points: 18, touch: "demo-request", decay: { halfLife: "30d" }, count: "first" },
    { id: "demo-again", points: 5, touch: "demo-request", count: { every: 3 }, decay: { halfLife: "10d" } },
    { id: "goodbye", points: -14, touch: "unsubscribe", decay: { halfLife: "20d" } },
  ],
  status: [
    { id: "rejected", points: -9, status: "sql_rejected", decay: { halfLife: "20d" } },
    { id: "opted-out", points: -20, status: "opt_out", count: "first" },
  ],
  inactivity: {
    signalAfter: "7d",
    penalties: [
      { id: "silent-20", after: "20d", points: -4 },
      { id: "silent-60", after: "60d", points: -6 },
    ],
  },
  grades: {
    rules: [{ grade: "A", when: { need: "stated", decisionChain: "clear" } }],
    matrix: {
      fit: [5],
      engagement: [10, 30],
      grades: [
        ["C", "C", "B"],
        ["C", "B", "A"],
      ],
    },
  },
  temperature: { hotTouches: ["demo-request"] },
  late: { after: "10m", horizon: "7d", touches: 64 },
};

/** Another version: other points, another half-life, a rule less. */
export const nextHarshModel = {
  ...harshModel,
  version: 2,
  groups: [
    { id: "web", exclusive: true, decay: { halfLife: "12d" }, cap: { perDay: 7 } },
    { id: "deep", decay: { linear: "40d" }, cap: { perDay: 20 } },
    ...harshModel.groups.slice(2),
  ],
  behaviour: harshModel.behaviour.slice(1).map((rule) => ({ ...rule, points: rule.points * 2 })),
};
