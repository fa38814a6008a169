import { element, instant, number, percent } from "./format.js";
import { fillTable, pill } from "./tables.js";

const rate = (part, whole) => (whole === 0 ? "–" : `${number(part)} (${percent(part / whole)})`);

function button(text, open) {
  const node = element("button", { class: "link", type: "button" }, text);
  node.addEventListener("click", open);
  return node;
}

/** Who is in which step of each journey, opens, clicks, stops; `open(journey, step)` shows the leads of a step. */
export function journeySection(rows, open) {
  if (rows.length === 0) return element("p", { class: "quiet" }, "No journey was published yet.");
  return element("div", {}, ...rows.map((row) => journeyPart(row, open)));
}

function journeyPart(row, open) {
  const stops = Object.entries(row.stops).map(([reason, runs]) => `${reason.replace("_", " ")} ${number(runs)}`);
  const facts = [
    `${number(row.entered)} entered`,
    `${number(row.inside)} inside`,
    `${number(row.converted)} converted`,
    ...(stops.length === 0 ? [] : [`left: ${stops.join(", ")}`]),
  ];
  const table = element("table");
  fillTable(
    table,
    [
      ["Step", (step) => step.step],
      ["Waiting", (step) => (step.waiting === 0 ? "–" : button(number(step.waiting), () => open(row.journey, step.step)))],
      ["Passed", (step) => number(step.passed)],
      ["Sent", (step) => number(step.sent)],
      ["Opened", (step) => rate(step.opened, step.sent)],
      ["Clicked", (step) => rate(step.clicked, step.sent)],
      ["Alerted", (step) => number(step.alerted)],
      ["Left before it", (step) => number(step.stopped)],
    ],
    row.steps,
    "It has no steps.",
  );
  return element(
    "div",
    { class: "journey" },
    element(
      "h3",
      {},
      row.journey,
      " ",
      pill(row.state),
      ` v${row.version}, priority ${row.priority}`,
      row.goal.length === 0 ? "" : `, goal ${row.goal.join(", ")}`,
    ),
    element("p", { class: "notes" }, facts.join(" · ")),
    element("div", { class: "scroll" }, table),
  );
}

/** Who waits for a step, who is due first, first. */
export function journeyLeads(journey, step, leads, openLead) {
  const table = element("table");
  const time = (text) => (instant(text) === null ? "–" : text.slice(0, 16));
  fillTable(
    table,
    [
      ["Lead", (lead) => button(lead.leadId, () => openLead(lead.leadId))],
      ["Entered", (lead) => time(lead.enteredAt), "text"],
      ["Last step", (lead) => lead.lastStep || "–", "text"],
      ["Due", (lead) => time(lead.nextAt), "text"],
    ],
    leads,
    "Nobody waits for it now.",
  );
  return element("div", {}, element("h2", {}, `${journey}: ${step} comes next`), element("div", { class: "scroll" }, table));
}
