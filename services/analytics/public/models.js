import { ago, element, number, percent } from "./format.js";
import { fillTable, pill } from "./tables.js";

const named = (name, version) => `${name} v${version}`;
const whom = ({ percent: share, conditions }) =>
  [share === 100 ? "" : `${share} %`, conditions].filter(Boolean).join(" of ") || "every lead";

const pilotColumns = [
  ["Side", (row) => pill(row.side), "text"],
  ["Model", (row) => named(row.model, row.modelVersion), "text"],
  ["Leads", (row) => (row.newLeads ? "captured since" : "from before"), "text"],
  ["Count", (row) => number(row.leads)],
  ["MQL", (row) => number(row.mql)],
  ["SQL suggested", (row) => number(row.sqlSuggested)],
  ["SQL accepted", (row) => number(row.sqlAccepted)],
  ["Won", (row) => number(row.won)],
  ["Won of leads", (row) => percent(row.wonOfLeads)],
  ["MQL to SQL", (row) => percent(row.mqlToSql)],
  ["Mean score", (row) => row.meanPoints.toFixed(1)],
];

const shadowColumns = [
  ["Band in effect", (row) => pill(row.band), "text"],
  ["Band in the shadow", (row) => pill(row.shadowBand), "text"],
  ["Leads", (row) => number(row.leads)],
  ["Won", (row) => number(row.won)],
  ["Lost", (row) => number(row.lost)],
  ["Mean difference", (row) => `${row.meanDifference > 0 ? "+" : ""}${row.meanDifference.toFixed(1)}`],
];

function table(columns, rows) {
  const node = element("table");
  fillTable(node, columns, rows, "No lead was scored yet.");
  return element("div", { class: "scroll" }, node);
}

function pilotPart(pilot, rows) {
  const when = pilot.endedAt === null ? `since ${ago(pilot.beganAt)}` : `ended ${ago(pilot.endedAt)}`;
  return [
    element(
      "h3",
      {},
      `Pilot of ${named(pilot.model, pilot.version)}: ${whom(pilot)}, against ${named(pilot.champion, pilot.championVersion)}; ${when}`,
    ),
    table(pilotColumns, rows),
  ];
}

function shadowPart(rows) {
  const [{ shadowModel, shadowVersion }] = rows;
  return [
    element("h3", {}, `${named(shadowModel, shadowVersion)} in the shadow: leads that it scores otherwise`),
    table(shadowColumns, rows),
  ];
}

/** Champion against challenger per pilot, and where a shadow differs, from the answer of /v1/model/versions. Nothing while nothing was tried. */
export function modelsOnTrial({ trials, pilots, shadows }) {
  const shadowVersions = [...new Set(shadows.map((row) => row.shadowVersion))];
  return [
    ...trials.flatMap((pilot) =>
      pilotPart(
        pilot,
        pilots.filter((row) => row.pilotVersion === pilot.version),
      ),
    ),
    ...shadowVersions.flatMap((version) => shadowPart(shadows.filter((row) => row.shadowVersion === version))),
  ];
}
