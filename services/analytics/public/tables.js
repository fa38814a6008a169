import { ago, drawing, duration, element, money, number, percent, points } from "./format.js";

/** Fills a table; `columns` are [title, cell, class]. A row's cell is text or an element. */
export function fillTable(table, columns, rows, none, total = null) {
  const head = element("tr", {}, ...columns.map(([title, , kind]) => element("th", kind ? { class: kind } : {}, title)));
  const line = (row, kind) =>
    element(
      "tr",
      kind ? { class: kind } : {},
      ...columns.map(([, cell, style]) => element("td", style ? { class: style } : {}, cell(row))),
    );
  const body =
    rows.length === 0 ? [element("tr", {}, element("td", { class: "none", colspan: columns.length }, none))] : rows.map((row) => line(row));
  table.replaceChildren(
    element("thead", {}, head),
    element("tbody", {}, ...body, total === null || rows.length === 0 ? null : line(total, "total")),
  );
}

const signed = (value, text) => element("span", { class: value === null ? "quiet" : value < 0 ? "bad" : "good" }, text);

export const channelColumns = [
  ["Channel", (row) => row.channel || "unknown"],
  ["Leads", (row) => number(row.leads)],
  ["Customers", (row) => number(row.customers)],
  ["Spend", (row) => money(row.spend)],
  ["CPL", (row) => money(row.cpl)],
  ["CAC", (row) => money(row.cac)],
  ["Revenue", (row) => money(row.revenue)],
  ["Gross profit", (row) => money(row.grossProfit)],
  ["ROI", (row) => signed(row.roi, percent(row.roi))],
];

export const pill = (text) => element("span", { class: `pill ${/^[a-z_]+$/.test(text) ? text : ""}` }, text || "–");

function meter(thousandths) {
  const share = Math.max(0, Math.min(100, thousandths / 1_000));
  const bar = drawing(
    "svg",
    { viewBox: "0 0 100 10", preserveAspectRatio: "none" },
    drawing("rect", { width: share, height: 10, class: "bar" }),
  );
  return element("span", { class: "meter" }, bar);
}

export const leadColumns = (open) => [
  [
    "Lead",
    (row) => {
      const button = element("button", { class: "link", type: "button" }, row.leadId);
      button.addEventListener("click", () => open(row.leadId));
      return button;
    },
  ],
  ["Score", (row) => element("span", {}, points(row.score), meter(row.score))],
  ["Band", (row) => pill(row.band), "text"],
  ["Grade", (row) => row.grade, "text"],
  ["Channel", (row) => row.channel || "–", "text"],
  ["Industry", (row) => row.industry ?? "–", "text"],
  ["Owner", (row) => row.owner || "–", "text"],
  ["State", (row) => pill(row.caseState), "text"],
  ["Captured", (row) => ago(row.capturedAt)],
];

export const sellerColumns = [
  ["Seller", (row) => row.rep],
  ["Leases", (row) => number(row.leases)],
  ["Open", (row) => number(row.open)],
  ["Worked", (row) => (row.leases === 0 ? "–" : percent(row.worked / row.leases))],
  ["Mean response", (row) => duration(row.meanResponseMs)],
  ["Recycled", (row) => number(row.recycled)],
  ["Deals", (row) => number(row.deals)],
  ["Revenue", (row) => money(row.revenue)],
];

export const pipelineColumns = [
  ["Topic", (row) => row.topic],
  ["Rows", (row) => number(row.stored)],
  ["Newest", (row) => ago(row.lastLogTime)],
  ["p50", (row) => duration(row.p50Ms)],
  ["p99", (row) => duration(row.p99Ms)],
];
