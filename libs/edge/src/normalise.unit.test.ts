import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import {
  classifyTitle,
  hundredths,
  momentOf,
  normaliseCapturePoint,
  normaliseChannel,
  normaliseCountry,
  normaliseEmail,
  normaliseIndustry,
  normaliseLanguage,
  normalisePhone,
  normaliseRegion,
  normaliseTouchKind,
  regionOfCountry,
  titleClasses,
} from "./index.ts";
import { headCount } from "./money.ts";
import { holdsEmail, line, paragraph, slug } from "./text.ts";

describe("e-mail (C4)", () => {
  it.each([
    ["  Ada.Lovelace@Example.COM ", "ada.lovelace@example.com", "ada.lovelace@example.com", "corporate"],
    ["mailto:ada@example.com", "ada@example.com", "ada@example.com", "corporate"],
    ["a.d.a+news@gmail.com", "a.d.a+news@gmail.com", "ada@gmail.com", "free"],
    ["ada@googlemail.com", "ada@googlemail.com", "ada@gmail.com", "free"],
    ["ada+x@outlook.com", "ada+x@outlook.com", "ada@outlook.com", "free"],
    ["ada+x@example.com", "ada+x@example.com", "ada+x@example.com", "corporate"],
    ["123456@qq.com", "123456@qq.com", "123456@qq.com", "free"],
    ["ada@sub.mailinator.com", "ada@sub.mailinator.com", "ada@sub.mailinator.com", "disposable"],
    ["ada@bücher.example", "ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example", "corporate"],
    ["王小明@例子.中国", "王小明@xn--fsqu00a.xn--fiqs8s", "王小明@xn--fsqu00a.xn--fiqs8s", "corporate"],
    ["ada＠example．com", "ada@example.com", "ada@example.com", "corporate"],
  ])("%s", (text, address, mailbox, kind) => {
    expect(normaliseEmail(text)).toEqual({ address, mailbox, kind });
  });
  it.each([
    "",
    "@",
    "ada",
    "ada@",
    "@example.com",
    "ada@localhost",
    "ada@example..com",
    "a b@example.com",
    ".ada@example.com",
    "ada@-example.com",
    "ada@example.com/path",
    "ada@example.com:80",
    "ada@user@example.com",
    `${"a".repeat(65)}@example.com`,
    "ada@1.2.3.4",
  ])("refuses %s", (text) => {
    expect(normaliseEmail(text)).toBeNull();
  });
});

describe("phone (C4)", () => {
  it.each([
    ["138 0013 8000", "CN", "+8613800138000", null],
    ["+86 138-0013-8000", null, "+8613800138000", "CN"],
    ["（010）1234 5678", "CN", "+861012345678", null],
    ["030 901820", "DE", "+4930901820", null],
    ["0049 30 901820", "DE", "+4930901820", null],
    ["+1 (415) 555-2671 ext. 12", "CN", "+14155552671", "US"],
    ["＋８６ １３８００１３８０００", null, "+8613800138000", "CN"],
  ])("%s in %s", (text, country, number, written) => {
    expect(normalisePhone(text, country)).toEqual({ number, country: written });
  });
  it.each([
    ["call me", "CN"],
    ["138 0013 8000", null],
    ["12", "CN"],
    ["+999 1234567", null],
    ["138 0013 8000", "XX"],
  ])("refuses %s in %s", (text, country) => {
    expect(normalisePhone(text, country)).toBeNull();
  });
});

describe("title class (P2, P3, P8, P9, P13)", () => {
  it.each([
    ["Founder & CEO", "founder"],
    ["Co-Founder", "founder"],
    ["cofounder", "founder"],
    ["创始人兼CEO", "founder"],
    ["联合创始人", "founder"],
    ["老板", "founder"],
    ["Owner", "founder"],
    ["CEO", "executive"],
    ["Chief Financial Officer", "executive"],
    ["总经理", "executive"],
    ["董事长", "executive"],
    ["President", "executive"],
    ["Managing Director", "executive"],
    ["VP of Sales", "vp"],
    ["Senior Vice President", "vp"],
    ["SVP Marketing", "vp"],
    ["副总裁", "vp"],
    ["副总经理", "vp"],
    ["Sales Director", "director"],
    ["Head of Procurement", "director"],
    ["市场总监", "director"],
    ["Marketing Manager", "manager"],
    ["采购经理", "manager"],
    ["Team Lead", "manager"],
    ["IT主管", "manager"],
    ["Software Engineer", "staff"],
    ["Product Owner", "staff"],
    ["Account Executive", "staff"],
    ["Assistant to the CEO", "staff"],
    ["总经理助理", "staff"],
    ["销售专员", "staff"],
    ["Marketing Intern", "intern"],
    ["实习生", "intern"],
    ["PhD Student", "student"],
    ["在读研究生", "student"],
    ["Wizard", "other"],
    ["", null],
    [" \u0000", null],
  ])("%s", (title, expected) => {
    expect(classifyTitle(title)).toBe(expected);
  });
  it("keeps the name of a class", () => {
    for (const titleClass of titleClasses) expect(classifyTitle(titleClass)).toBe(titleClass);
  });
});

describe("vocabularies", () => {
  it.each([
    [normaliseIndustry, "智能制造", "manufacturing"],
    [normaliseIndustry, "Manufacturing Industry", "manufacturing"],
    [normaliseIndustry, "制造业", "manufacturing"],
    [normaliseIndustry, "SaaS", "software"],
    [normaliseIndustry, "Oil & Gas", "energy"],
    [normaliseIndustry, "保险公司", "insurance"],
    [normaliseIndustry, "Space Tourism", "space-tourism"],
    [normaliseChannel, "SEO", "search"],
    [normaliseChannel, "SEM", "paid-search"],
    [normaliseChannel, "微信", "wechat"],
    [normaliseChannel, "微博", "social"],
    [normaliseChannel, "White Paper", "content"],
    [normaliseChannel, "展会", "trade-show"],
    [normaliseChannel, "沙龙", "event"],
    [normaliseChannel, "转介绍", "partner"],
    [normaliseChannel, "电销", "telemarketing"],
    [normaliseChannel, "Podcast Ads", "podcast-ads"],
    [normaliseTouchKind, "Demo", "demo-request"],
    [normaliseTouchKind, "white_paper", "white-paper"],
    [normaliseTouchKind, "page_view", "page-view"],
    [normaliseTouchKind, "采购意向", "purchase-intent"],
    [normaliseTouchKind, "Opt-out", "unsubscribe"],
    [normaliseTouchKind, "opt_in", "subscribe"],
    [normaliseTouchKind, "订阅", "subscribe"],
    [normaliseCapturePoint, "活码", "qr-code"],
    [normaliseCapturePoint, "Form", "website-form"],
    [normaliseCapturePoint, "活动报名", "event-sign-up"],
    [normaliseCapturePoint, "微信关注", "wechat-follow"],
    [normaliseCountry, "deu", "DE"],
    [normaliseCountry, "Germany", "DE"],
    [normaliseCountry, "德国", "DE"],
    [normaliseCountry, "中国", "CN"],
    [normaliseCountry, "U.S.A.", "US"],
    [normaliseCountry, "uk", "GB"],
    [normaliseCountry, "Atlantis", null],
    [normaliseRegion, "广东省", "south-china"],
    [normaliseRegion, "Shanghai", "east-china"],
    [normaliseRegion, "华东", "east-china"],
    [normaliseRegion, "EMEA", "emea"],
    [normaliseRegion, "East", "east"],
    [normaliseLanguage, "zh-CN", "zh"],
    [normaliseLanguage, "中文", "zh"],
    [normaliseLanguage, "en-GB,en;q=0.9", "en"],
    [normaliseLanguage, "!", null],
    [regionOfCountry, "CN", "china"],
    [regionOfCountry, "US", "americas"],
    [regionOfCountry, "AQ", null],
  ] as [(text: string) => string | null, string, string | null][])("%p %s", (normalise, text, expected) => {
    expect(normalise(text)).toBe(expected);
  });
});

describe("numbers", () => {
  it.each([
    [12, 1200],
    [12.5, 1250],
    [1.1, 110],
    ["19.99", 1999],
    [" 7 ", 700],
    [-3.05, -305],
    [-0, 0],
    [0.1 + 0.2, null],
    [1e21, null],
    [Number.NaN, null],
    ["1e3", null],
    ["", null],
    ["1,000", null],
  ])("%s are %s hundredths", (amount, expected) => {
    expect(hundredths(amount)).toBe(expected);
  });
  it.each([
    [51.9, 51],
    ["51-200", 51],
    ["1,000+", 1000],
    ["500人以上", 500],
    ["many", null],
  ])("%s employees", (size, expected) => {
    expect(headCount(size)).toBe(expected);
  });
  it.each([
    ["2026-03-31T09:30:00Z", Date.UTC(2026, 2, 31, 9, 30)],
    ["2026-03-31T09:30:00+0800", Date.UTC(2026, 2, 31, 1, 30)],
    ["2026-03-31 09:30:00.123Z", Date.UTC(2026, 2, 31, 9, 30, 0, 123)],
    ["2026-03-31", Date.UTC(2026, 2, 31)],
    ["1970-01-01", 0],
    [1.9, 1],
    ["2026-02-31", null],
    ["2026-02-31T00:00:00Z", null],
    ["2026-03-31T09:30:00", null],
    ["31.03.2026", null],
    [-1, null],
    [Number.NaN, null],
    [1e18, null],
    ["2026-13-01", null],
    ["2026-01-01T25:00:00Z", null],
  ])("moment %s", (time, expected) => {
    expect(momentOf(time)).toBe(expected);
  });
});

describe("days of the calendar", () => {
  /** The slow way: the engine writes the day that it read. */
  const isDay = (date: string): boolean => {
    const at = Date.parse(`${date}T00:00:00Z`);
    return !Number.isNaN(at) && new Date(at).toISOString().slice(0, 10) === date;
  };
  const digits = (least: number, most: number, length: number) =>
    fc.integer({ min: least, max: most }).map((value) => String(value).padStart(length, "0"));
  const dates = fc.tuple(digits(1970, 2500, 4), digits(0, 14, 2), digits(0, 33, 2)).map((parts) => parts.join("-"));

  it("a moment is read exactly where its day exists, in every form", () => {
    fc.assert(
      fc.property(
        dates,
        fc.constantFrom("", "T00:00:00Z", "t00:00z", " 00:00:00.000Z", "T08:00:00+0800", "T00:00:00+00:00"),
        (date, rest) => {
          expect(momentOf(date + rest)).toBe(isDay(date) ? Date.parse(`${date}T00:00:00Z`) : null);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe("text", () => {
  it("finds addresses that would stay readable", () => {
    expect(["x ada@example.com y", "王@例子.中国"].map(holdsEmail)).toEqual([true, true]);
    expect(["a @ b", "@handle", "https://x.example/@ada", "a@b"].map(holdsEmail)).toEqual([false, false, false, false]);
  });
});

describe("normalising twice is normalising once", () => {
  const words = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 40 }),
    fc.string({ unit: "binary", maxLength: 20 }),
    fc.string({ maxLength: 40 }),
    fc.constantFrom("广东省", " SEO ", "Vice  President", "İstanbul", "ﬁnance", "ǅ", "制造业公司", "\ud800x", "a\u00adb", "U.S.A."),
  );
  const cases: [string, (text: string) => string | null][] = [
    ["line", line],
    ["paragraph", paragraph],
    ["slug", slug],
    ["industry", normaliseIndustry],
    ["channel", normaliseChannel],
    ["touch kind", normaliseTouchKind],
    ["capture point", normaliseCapturePoint],
    ["country", normaliseCountry],
    ["region", normaliseRegion],
    ["language", normaliseLanguage],
    ["title", classifyTitle],
  ];
  it.each(cases)("%s", (_name, normalise) => {
    fc.assert(
      fc.property(words, (text) => {
        const once = normalise(text);
        if (once !== null) expect(normalise(once)).toBe(once);
      }),
      { numRuns: 2000 },
    );
  });
  it("e-mail", () => {
    const domains = fc.oneof(fc.domain(), fc.constantFrom("gmail.com", "BÜCHER.example", "例子.中国", "googlemail.com"));
    const locals = fc.oneof(
      fc.emailAddress().map((address) => address.split("@")[0] as string),
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 10 }),
    );
    let understood = 0;
    fc.assert(
      fc.property(locals, domains, (local, domain) => {
        const once = normaliseEmail(`${local}@${domain}`);
        if (once === null) return;
        understood++;
        expect(normaliseEmail(once.address)).toEqual(once);
        expect(normaliseEmail(once.mailbox)?.mailbox).toBe(once.mailbox);
      }),
      { numRuns: 2000 },
    );
    expect(understood).toBeGreaterThan(500);
  });
  it("phone", () => {
    let understood = 0;
    fc.assert(
      fc.property(
        fc.constantFrom("CN", "DE", "US", "FR", null),
        fc.integer({ min: 10_000_000, max: 99_999_999_999 }),
        fc.boolean(),
        (country, digits, plus) => {
          const once = normalisePhone(`${plus ? "+" : ""}${digits}`, country);
          if (once === null) return;
          understood++;
          expect(normalisePhone(once.number, country)?.number).toBe(once.number);
        },
      ),
      { numRuns: 2000 },
    );
    expect(understood).toBeGreaterThan(200);
  });
});
