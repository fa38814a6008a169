import { drawing, duration, element, number, percent } from "./format.js";

const names = {
  captured: "Captured",
  mql: "MQL",
  sql_suggested: "SQL suggested",
  sql_accepted: "SQL accepted",
  opportunity: "Opportunity",
  won: "Won",
};

/** One bar per stage; between bars the loss and the rate. */
export function funnelChart(stages) {
  const width = 760;
  const [left, right, row] = [112, 150, 46];
  const most = Math.max(1, stages[0]?.leads ?? 0);
  const chart = drawing("svg", { viewBox: `0 0 ${width} ${stages.length * row}`, class: "chart", role: "img", "aria-label": "Funnel" });
  stages.forEach((stage, index) => {
    const y = index * row;
    const room = width - left - right;
    const bar = Math.max(stage.leads === 0 ? 0 : 2, (stage.leads / most) * room);
    chart.append(
      drawing("text", { x: left - 12, y: y + 21, class: "end" }, names[stage.stage] ?? stage.stage),
      drawing("rect", { x: left, y: y + 4, width: room, height: 26, rx: 4, class: "bar faint" }),
      drawing("rect", { x: left, y: y + 4, width: bar, height: 26, rx: 4, class: "bar" }),
      drawing("text", { x: width - right + 12, y: y + 21 }, number(stage.leads)),
      drawing("text", { x: width, y: y + 21, class: "end quiet" }, percent(stage.fromCaptured)),
    );
    if (index > 0)
      chart.append(
        drawing("text", { x: left, y: y - 3, class: "quiet" }, `${percent(stage.fromPrevious)} pass`),
        drawing("text", { x: left + 74, y: y - 3, class: "bad" }, stage.lost > 0 ? `−${number(stage.lost)}` : ""),
      );
  });
  return chart;
}

/** Leads by bucket of response time. */
export function responseChart(report) {
  const width = 360;
  const [left, row] = [52, 22];
  const most = Math.max(1, ...report.buckets.map((bucket) => bucket.leads));
  const chart = drawing("svg", {
    viewBox: `0 0 ${width} ${report.buckets.length * row}`,
    class: "chart",
    role: "img",
    "aria-label": "Leads by response time",
  });
  report.buckets.forEach(({ bucket, leads }, index) => {
    const y = index * row;
    const label = ["later", "never"].includes(bucket) ? bucket : `≤ ${bucket}`;
    chart.append(
      drawing("text", { x: left - 8, y: y + 14, class: "end quiet" }, label),
      drawing("rect", {
        x: left,
        y: y + 3,
        width: (leads / most) * (width - left - 64),
        height: 14,
        rx: 3,
        class: bucket === "never" ? "c4" : "bar",
      }),
      drawing("text", { x: width, y: y + 14, class: "end" }, number(leads)),
    );
  });
  const note = `mean ${duration(report.meanMs)} · p50 ${duration(report.p50Ms)} · p90 ${duration(report.p90Ms)} · p99 ${duration(report.p99Ms)}`;
  return element("div", {}, chart, element("p", { class: "notes" }, note));
}

const COLOURS = 7;

/** Stacked bars over time, one colour per channel; the smallest channels share the last colour. */
export function volumeChart(rows) {
  const starts = [...new Set(rows.map((row) => row.start))].sort();
  const totals = new Map();
  for (const row of rows) totals.set(row.channel, (totals.get(row.channel) ?? 0) + row.leads);
  const channels = [...totals.keys()].sort((one, other) => totals.get(other) - totals.get(one));
  const colour = (channel) => `c${Math.min(channels.indexOf(channel), COLOURS - 1)}`;
  const [width, height, foot] = [1240, 190, 20];
  const sums = new Map(starts.map((start) => [start, 0]));
  for (const row of rows) sums.set(row.start, sums.get(row.start) + row.leads);
  const most = Math.max(1, ...sums.values());
  const step = width / Math.max(1, starts.length);
  const chart = drawing("svg", {
    viewBox: `0 0 ${width} ${height + foot}`,
    class: "chart",
    role: "img",
    "aria-label": "New leads by channel",
  });
  chart.append(drawing("line", { x1: 0, x2: width, y1: height, y2: height }));
  const tops = new Map();
  for (const channel of channels) {
    for (const row of rows.filter((each) => each.channel === channel)) {
      const top = tops.get(row.start) ?? 0;
      const high = (row.leads / most) * (height - 16);
      const bar = drawing("rect", {
        x: starts.indexOf(row.start) * step + step * 0.1,
        y: height - top - high,
        width: Math.max(1, step * 0.8),
        height: high,
        class: colour(channel),
      });
      bar.append(drawing("title", {}, `${row.start} · ${channel || "unknown"}: ${number(row.leads)}`));
      chart.append(bar);
      tops.set(row.start, top + high);
    }
  }
  const every = Math.max(1, Math.ceil(starts.length / 12));
  starts.forEach((start, index) => {
    if (index % every === 0)
      chart.append(
        drawing("text", { x: index * step + step / 2, y: height + 15, class: "middle quiet" }, start.slice(starts.length > 60 ? 0 : 5)),
      );
  });
  chart.append(drawing("text", { x: 0, y: 10, class: "quiet" }, `most: ${number(most)}`));
  const legend = channels
    .slice(0, COLOURS)
    .map((channel, index) =>
      element(
        "span",
        {},
        element("i", { class: `c${index}` }),
        index === COLOURS - 1 && channels.length > COLOURS ? "others" : channel || "unknown",
      ),
    );
  return element("div", {}, chart, element("div", { class: "legend" }, ...legend));
}
