import { ago, element, number, points } from "./format.js";
import { fillTable, pill } from "./tables.js";

const fact = (name, value) => element("div", {}, element("span", {}, name), value ?? "–");
const time = (text) => (text ? text.slice(0, 16) : "–");

function table(columns, rows, none) {
  const node = element("table");
  fillTable(node, columns, rows, none);
  return element("div", { class: "scroll" }, node);
}

/** The page of one lead from the answer of /v1/leads/:id. */
export function leadPage(lead) {
  const { standing, next, origin, profile } = lead;
  return element(
    "div",
    {},
    element("h2", {}, lead.leadId),
    element(
      "div",
      { class: "facts" },
      fact("Score", standing ? points(standing.score) : "–"),
      fact("Fit + engagement", standing ? `${points(standing.fit)} + ${points(standing.engagement)}` : "–"),
      fact("Band", standing ? pill(standing.band) : null),
      fact("Grade", standing?.grade),
      fact("Next", next ? pill(next.action.replace("_", " ")) : null),
      fact("How", next?.mode),
      fact("Why", next ? `${next.why} (${next.rule})` : null),
      fact(
        "Next clock",
        next ? (next.dueAt ? `${time(next.dueAt)}${next.overdue ? ", overdue" : ""}` : next.overdue ? "overdue" : null) : null,
      ),
      fact("Outcome", standing ? pill(standing.outcome) : null),
      fact("Collaborators", lead.decisions[0]?.collaborators.join(", ") || null),
      fact("Model", standing ? `${standing.model} v${standing.modelVersion}` : null),
      fact("Captured", time(standing?.capturedAt)),
      fact("Channel", [origin?.channel, origin?.campaign, origin?.keyword].filter(Boolean).join(" · ") || null),
      fact("Industry", profile?.industry),
      fact("Region", profile?.region),
      fact("Title", profile?.title_class),
      fact("Company size", profile?.company_size === null || profile === null ? null : number(profile.company_size)),
    ),
    element("h3", {}, "Owners, and why"),
    table(
      [
        ["When", (row) => time(row.time)],
        ["Change", (row) => pill(row.change), "text"],
        ["Owner", (row) => row.rep || row.pool || "–", "text"],
        ["Team", (row) => row.team || "–", "text"],
        ["Rule", (row) => row.rule || "–", "text"],
        ["Why", (row) => [row.reason, ...row.why].filter(Boolean).join("; ") || "–", "text wrap"],
        ["Owners before", (row) => row.formerOwners.join(", ") || "–", "text wrap"],
      ],
      lead.decisions,
      "Nobody owned this lead yet.",
    ),
    element("h3", {}, "Points: the rows sum to the score"),
    table(
      [
        ["When", (row) => time(row.at)],
        ["Rule", (row) => row.rule, "text"],
        ["Kind", (row) => row.kind, "text"],
        ["Dimension", (row) => row.dimension, "text"],
        [
          "Points",
          (row) => element("span", { class: row.points < 0 ? "bad" : "good" }, `${row.points > 0 ? "+" : ""}${points(row.points)}`),
        ],
        ["Score after", (row) => points(row.score)],
      ],
      lead.points,
      "No points yet.",
    ),
    element("h3", {}, "History"),
    table(
      [
        ["When", (row) => time(row.at)],
        ["", (row) => ago(row.at), "quiet"],
        ["From", (row) => row.source, "text"],
        ["What", (row) => row.what, "text"],
        ["Detail", (row) => row.detail || "–", "text wrap"],
        ["Who", (row) => row.rep || "–", "text"],
      ],
      lead.history,
      "Nothing happened yet.",
    ),
  );
}
