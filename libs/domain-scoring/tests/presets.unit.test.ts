import { describe, expect, it } from "@jest/globals";
import { checkModel, Scorer } from "../src/index.ts";
import { DAY_MS } from "../src/units.ts";
import { compiled, modelWith, preset, presetDocument, presetNames } from "./documents.ts";
import { capture, Journey, noProfile, START, touch } from "./events.ts";

const points = (value: number): number => Math.round(value * 1000);

describe("every shipped preset", () => {
  it.each(presetNames)("%s is accepted", (name) => {
    expect(checkModel(presetDocument(name))).toHaveProperty("model");
  });
});

describe("seed-000 (T1, P1 to P5)", () => {
  it("P2 P4 P5: a founder who downloads cases and sees the home page has 37 points", () => {
    const lead = new Journey(preset("seed-000"));
    lead.event(capture(START, { titleClass: "founder" }));
    lead.event(touch("case-collection", START + 1000));
    lead.event(touch("home-view", START + 2000));
    expect(lead.score).toBe(points(37));
    expect(lead.state?.band).toBe("pool");
  });

  it("P3: an intern has 1 point", () => {
    const lead = new Journey(preset("seed-000"));
    lead.event(capture(START, { titleClass: "intern" }));
    expect(lead.score).toBe(points(1));
  });

  it("T1: 60 is MQL, 80 is SQL, and the scale ends at 100", () => {
    const lead = new Journey(preset("seed-000"));
    lead.event(capture(START, { titleClass: "founder" }));
    for (let count = 0; count < 6; count++) lead.event(touch("case-collection", START + 1000 + count));
    expect(lead.score).toBe(points(100));
    expect(lead.told.filter((one) => one.includes("→"))).toEqual(["up pool→mql", "up mql→sql"]);
    expect(lead.scores.map((one) => one.band)).toEqual(["pool", "pool", "pool", "mql", "sql", "sql", "sql"]);
    expect(lead.scores.at(-1)?.rows).toEqual([
      expect.objectContaining({ rule: "case-collection", points: points(15) }),
      expect.objectContaining({ rule: "clamp:max", kind: "clamp", points: points(-10) }),
    ]);
    expect(lead.sum()).toBe(lead.score);
  });
});

describe("bounds are closed below (decision 2)", () => {
  it.each([
    [79.999, "mql"],
    [80, "sql"],
    [80.001, "sql"],
    [59.999, "pool"],
    [60, "mql"],
  ])("%d is %s", (value, band) => {
    const lead = new Journey(modelWith({ behaviour: [{ id: "one", points: value, touch: "one" }] }));
    lead.event(touch("one", START));
    expect(lead.score).toBe(points(value));
    expect(lead.state?.band).toBe(band);
  });
});

describe("T1 in the presets that have it", () => {
  it.each(["default", "starter", "seed-000", "seed-002", "seed-004"])(
    "%s: 79.999 is MQL, 80 and 80.001 are SQL, 59.999 is in the pool",
    (name) => {
      const bandOf = (value: number): string | undefined => {
        const lead = new Journey(new Scorer(compiled({ ...presetDocument(name), groups: [], profile: [], behaviour: [one(value)] })));
        lead.event(touch("one", START));
        return lead.state?.band;
      };
      const one = (value: number) => ({ id: "one", points: value, touch: "one" });
      expect([59.999, 60, 79.999, 80, 80.001].map(bandOf)).toEqual(["pool", "mql", "mql", "sql", "sql"]);
    },
  );
});

describe("starter (five rules)", () => {
  it("a decision maker who looks at the prices and asks for a demo is SQL; a student who downloads has nothing", () => {
    const lead = new Journey(preset("starter"));
    lead.event(capture(START, { titleClass: "director" }));
    lead.event(touch("pricing-view", START + 1));
    expect([lead.score, lead.state?.band]).toEqual([points(50), "pool"]);
    lead.event(touch("white-paper", START + 2));
    expect([lead.score, lead.state?.band, lead.state?.temperature]).toEqual([points(60), "mql", "warm"]);
    lead.event(touch("demo-request", START + 3));
    expect([lead.score, lead.state?.band, lead.state?.temperature]).toEqual([points(100), "sql", "hot"]);
    const student = new Journey(preset("starter"));
    student.event(capture(START, { titleClass: "student" }));
    student.event(touch("download", START));
    expect([student.score, student.state?.fit, student.state?.engagement]).toEqual([0, points(-20), points(10)]);
  });
});

describe("seed-001 (T2, P7 to P14)", () => {
  it("P7 P8 P10 P11 P12: a director in manufacturing who reads and asks for a demo is hot", () => {
    const lead = new Journey(preset("seed-001"));
    lead.event(capture(START, { titleClass: "director", industry: "manufacturing" }));
    expect(lead.score).toBe(points(25));
    expect(lead.state?.temperature).toBe("cold");
    lead.event(touch("email-open", START + 1));
    lead.event(touch("white-paper", START + 2));
    expect(lead.score).toBe(points(37));
    expect(lead.state?.temperature).toBe("warm");
    lead.event(touch("demo-request", START + 3));
    lead.event(touch("email-open", START + 4));
    lead.event(touch("email-open", START + 5));
    expect(lead.score).toBe(points(61));
    expect(lead.state?.temperature).toBe("hot");
    expect(lead.told.filter((one) => one.includes("→"))).toEqual(["up pool→mql", "up mql→sql"]);
  });

  it("P9: students and other industries lose points, but the scale ends at 0", () => {
    const lead = new Journey(preset("seed-001"));
    lead.event(capture(START, { titleClass: "student", industry: "retail" }));
    expect(lead.score).toBe(0);
    expect(lead.scores[0]?.rows.map((row) => [row.rule, row.points])).toEqual([
      ["industry-other", -10_000],
      ["title-student-intern", -15_000],
      ["clamp:min", 25_000],
    ]);
  });

  it("P13 P14: an executive of the target industry has 15 more; a blog post is 1", () => {
    const lead = new Journey(preset("seed-001"));
    lead.event(capture(START, { titleClass: "executive", industry: "manufacturing" }));
    lead.event(touch("blog-view", START));
    expect(lead.score).toBe(points(26));
  });

  it.each([
    [30.5, "pool", "cold"],
    [31, "mql", "warm"],
    [60.999, "mql", "warm"],
    [61, "sql", "hot"],
  ])("T2: %d is %s, %s", (value, band, temperature) => {
    const document = { ...presetDocument("seed-001"), behaviour: [{ id: "one", points: value, touch: "one" }] };
    const { name: _, ...parts } = document as Record<string, unknown>;
    const lead = new Journey(modelWith(parts));
    lead.event(touch("one", START));
    expect([lead.state?.band, lead.state?.temperature]).toEqual([band, temperature]);
  });
});

describe("seed-002 (P15, P20)", () => {
  it("pricing page, white paper and e-mail are worth 20, 15 and 5; 30 silent days cost 10 until the lead acts", () => {
    const lead = new Journey(preset("seed-002"));
    lead.event(capture(START));
    lead.event(touch("pricing-view", START));
    lead.event(touch("white-paper", START));
    lead.event(touch("email-open", START));
    expect(lead.score).toBe(points(40));
    lead.until(START + 30 * DAY_MS - 1);
    expect(lead.score).toBe(points(40));
    lead.until(START + 30 * DAY_MS);
    expect(lead.score).toBe(points(30));
    expect(lead.told.at(-1)).toBe("inactive");
    lead.event(touch("email-open", START + 31 * DAY_MS));
    expect(lead.score).toBe(points(45));
    expect(lead.sum()).toBe(lead.score);
  });
});

describe("seed-003 (P16 to P19)", () => {
  it("page view 1, download 5, event 10, purchase intent 20, each time, without decay", () => {
    const lead = new Journey(preset("seed-003"));
    for (const kind of ["page-view", "page-view", "download", "event", "purchase-intent"]) lead.event(touch(kind, START));
    expect(lead.score).toBe(points(37));
    lead.event(touch("page-view", START + 1000 * DAY_MS));
    expect(lead.score).toBe(points(38));
    expect(lead.state?.temperature).toBe("hot");
  });
});

describe("seed-004 (grades)", () => {
  const grade = (profile: Parameters<typeof capture>[1]): string | undefined => {
    const lead = new Journey(preset("seed-004"));
    lead.event(capture(START, profile));
    return lead.state?.grade;
  };

  it("A needs a stated need, an explicit budget and a clear decision chain", () => {
    expect(grade({ need: "stated", budget: 500_000, decisionChain: "clear" })).toBe("A");
    expect(grade({ need: "stated", budgetClear: true, decisionChain: "clear" })).toBe("A");
    expect(grade({ need: "stated", budget: 499_999, decisionChain: "clear" })).toBe("B");
    expect(grade({ need: "stated", budget: 500_000, decisionChain: "unclear" })).toBe("B");
    expect(grade({ need: "potential", budget: 500_000, decisionChain: "clear" })).toBe("B");
    expect(grade({ hasContact: true })).toBe("C");
  });

  it("B becomes A when the budget becomes clear, and the router is told", () => {
    const lead = new Journey(preset("seed-004"));
    lead.event(capture(START, { need: "stated", decisionChain: "clear" }));
    expect(lead.state?.grade).toBe("B");
    lead.event(touch("call", START + 1, { profile: { ...noProfile, budgetClear: true } }));
    expect(lead.state?.grade).toBe("A");
    expect(lead.signals.at(-2)).toMatchObject({ kind: "crossed", grade: "A" });
  });
});

describe("default", () => {
  it("decision 8: the most specific rule wins, white paper and download do not stack", () => {
    const lead = new Journey(preset("default"));
    lead.event(touch("white-paper", START));
    expect(lead.score).toBe(points(10));
    lead.event(touch("download", START));
    expect(lead.score).toBe(points(15));
  });

  it("decision 9: the rules of S4 win over the matrix", () => {
    const lead = new Journey(preset("default"));
    lead.event(capture(START, { titleClass: "founder", industry: "manufacturing", emailKind: "corporate" }));
    for (const kind of ["demo-request", "pricing-view", "webinar"]) lead.event(touch(kind, START));
    expect(lead.state?.grade).toBe("A");
    lead.event(capture(START + 1, { need: "potential" }));
    expect(lead.state?.grade).toBe("B");
  });

  it("decision 7: half of the content points are left after 30 days", () => {
    const lead = new Journey(preset("default"));
    lead.event(touch("webinar", START));
    lead.event(touch("unknown-kind", START + 30 * DAY_MS));
    expect(lead.score).toBe(points(7.5));
    expect(lead.scores.at(-1)?.verdict).toBe("unknown");
  });
});
