import type { ImportReport } from "./run-import.ts";

/** The end of an import in words. */
export function reportLines(report: ImportReport, checked: boolean): string[] {
  const { name, file, state, rows, rowsBefore, sent, alreadyThere, rejectedRows, rejectsPath, elapsedMs } = report;
  const lines: string[] = [];
  const kinds = Object.entries(sent).filter(([, count]) => count > 0);
  const events = kinds.map(([kind, count]) => `${count} ${kind}`).join(", ") || "none";
  const seconds = (elapsedMs / 1000).toFixed(1);
  if (state === "finished-earlier")
    lines.push(`${name}: ${file} was imported before; nothing was sent (--again goes through it once more)`);
  else if (checked) lines.push(`${name}: ${file} was read and judged in ${seconds} s; nothing was sent`);
  else if (state === "stopped") lines.push(`${name}: stopped after row ${rows}; the same command goes on from there`);
  else lines.push(`${name}: ${file} is imported (${seconds} s${rowsBefore > 0 ? `, ${rowsBefore} rows in an earlier run` : ""})`);
  lines.push(`  rows ${rows}; events: ${events}${alreadyThere > 0 ? `; there already: ${alreadyThere}` : ""}`);
  if (rejectedRows > 0) lines.push(`  ${rejectedRows} rows were rejected; reasons and remedies: ${rejectsPath}`);
  return lines;
}
