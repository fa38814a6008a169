import { escapeHtml } from "./svg.ts";
import { isNumeric, type Table } from "./table.ts";

const STYLE = `
:root { color-scheme: light dark; --ink: #1f2937; --page: #fff; --line: #d1d5db }
@media (prefers-color-scheme: dark) { :root { --ink: #e5e7eb; --page: #111827; --line: #374151 } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page); max-width: 1000px; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; margin: 0.5rem 0; font-size: 14px } th, td { padding: 2px 10px; border-bottom: 1px solid var(--line); text-align: left }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums } .wide { overflow-x: auto }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(380px, 1fr)); gap: 1rem }
svg { width: 100%; height: auto } svg text { font-size: 11px; fill: var(--ink) } svg text.title { font-size: 13px; font-weight: 600 }
svg .faint { stroke: var(--line); fill: none } p.note { margin: 0; font-size: 13px; opacity: 0.8 }`;

/** A page that stands alone: styles and plots inside, nothing is loaded. */
export function htmlPage(title: string, lead: string, plots: readonly string[], tables: readonly Table[]): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title><style>${STYLE}</style></head>
<body><h1>${escapeHtml(title)}</h1><p>${escapeHtml(lead)}</p>
<div class="plots">${plots.join("\n")}</div>
${tables.map(tableHtml).join("\n")}
</body></html>
`;
}

function tableHtml(table: Table): string {
  const kinds = table.columns.map((_, column) => (table.rows.length > 0 && isNumeric(table, column) ? ' class="number"' : ""));
  const cells = (tag: string, row: readonly string[]): string =>
    row.map((cell, column) => `<${tag}${kinds[column] ?? ""}>${escapeHtml(cell)}</${tag}>`).join("");
  const rows = table.rows.map((row) => `<tr>${cells("td", row)}</tr>`).join("\n");
  const note = table.note === undefined ? "" : `<p class="note">${escapeHtml(table.note)}</p>`;
  return `<h2>${escapeHtml(table.title)}</h2><div class="wide"><table><thead><tr>${cells("th", table.columns)}</tr></thead><tbody>${rows}</tbody></table></div>${note}`;
}
