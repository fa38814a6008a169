import { funnelChart, responseChart, volumeChart } from "./charts.js";
import { ago, duration, element, money, number, percent, short } from "./format.js";
import { journeyLeads, journeySection } from "./journeys.js";
import { leadPage } from "./lead-page.js";
import { modelsOnTrial } from "./models.js";
import { channelColumns, fillTable, leadColumns, pill, pipelineColumns, sellerColumns } from "./tables.js";

const REFRESH_MS = 3_000;
const JOURNEYS_MS = 15_000;
const DRIFT_MS = 600_000;
const TRIALS_MS = 60_000;
const DAY_MS = 86_400_000;
const $ = (id) => document.getElementById(id);

async function ask(path, parameters = {}) {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== undefined));
  const answer = await fetch(`${path}?${query}`, { headers: { accept: "application/json" } });
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(body.message ?? `status ${answer.status}`);
  return body;
}

function windowOf() {
  const days = Number($("period").value);
  return days === 0 ? {} : { from: new Date(Date.now() - days * DAY_MS).toISOString().slice(0, 10) };
}

/** A step that gives some dozens of bars. */
const stepOf = (days) => (days === 0 || days > 60 ? "week" : "day");

const tile = (value, name) => element("div", { class: "tile" }, element("b", {}, value), element("span", {}, name));

function showTiles(stages, total, response, pipeline) {
  const of = (name) => stages.find((stage) => stage.stage === name)?.leads ?? 0;
  $("tiles").replaceChildren(
    tile(short(of("captured")), "leads"),
    tile(short(of("sql_suggested")), "SQL suggested"),
    tile(short(of("won")), "won"),
    tile(percent(stages.at(-1)?.fromCaptured), "lead to won"),
    tile(money(total.revenue), "revenue"),
    tile(money(total.cpl), "cost per lead"),
    tile(money(total.cac), "cost per customer"),
    tile(percent(total.roi), "return on spend"),
    tile(duration(response.meanMs), "mean response"),
    tile(pipeline.recordsPerSecond.toFixed(pipeline.recordsPerSecond < 10 ? 1 : 0), "events/s, last minute"),
  );
}

function showDecisions(rows) {
  const items = rows.map((row) =>
    element(
      "li",
      {},
      element("time", {}, ago(row.time)),
      pill(row.change),
      " ",
      leadButton(row.leadId),
      row.rep ? ` → ${row.rep}` : row.pool ? ` → ${row.pool}` : "",
      row.rule || row.reason ? element("p", {}, [row.rule && `rule ${row.rule}`, row.reason].filter(Boolean).join(" · ")) : null,
    ),
  );
  $("decisions").replaceChildren(...(items.length === 0 ? [element("li", { class: "quiet" }, "No decisions yet.")] : items));
}

function leadButton(leadId) {
  const button = element("button", { class: "link", type: "button" }, leadId);
  button.addEventListener("click", () => openLead(leadId));
  return button;
}

async function openLead(leadId) {
  const page = $("lead-page");
  page.replaceChildren(element("p", { class: "quiet" }, "loading…"));
  if (!$("lead").open) $("lead").showModal();
  try {
    page.replaceChildren(leadPage(await ask(`/v1/leads/${encodeURIComponent(leadId)}`)));
  } catch (error) {
    page.replaceChildren(element("p", { class: "bad" }, error.message));
  }
}

function showPipeline(pipeline) {
  fillTable($("pipeline"), pipelineColumns, pipeline.topics, "Nothing stored yet.");
  const dead = pipeline.deadLetters.reduce((sum, row) => sum + row.records, 0);
  const verdicts = pipeline.verdicts.map((row) => `${number(row.records)} ${row.verdict}`).join(", ");
  $("pipeline-notes").textContent = [verdicts && `last day: ${verdicts}`, `${number(dead)} dead letters`].filter(Boolean).join(" · ");
}

async function openStep(journey, step) {
  const page = $("lead-page");
  page.replaceChildren(element("p", { class: "quiet" }, "loading…"));
  if (!$("lead").open) $("lead").showModal();
  try {
    const { rows } = await ask(`/v1/journeys/${encodeURIComponent(journey)}/leads`, { step });
    page.replaceChildren(journeyLeads(journey, step, rows, openLead));
  } catch (error) {
    page.replaceChildren(element("p", { class: "bad" }, error.message));
  }
}

/** Reads every move of every journey: asked for less often than the rest. */
async function showJourneys() {
  if (document.hidden) return;
  const { rows } = await ask("/v1/journeys");
  $("journeys").replaceChildren(journeySection(rows, openStep));
}

/** Reads every score: asked for rarely, because months change slowly. */
async function showDrift() {
  const { retrain, advice, handOverAdvice } = await ask("/v1/model/drift");
  const warnings = [retrain && advice, handOverAdvice].filter(Boolean);
  $("drift").hidden = warnings.length === 0;
  $("drift").textContent = warnings.join(" ");
}

/** Goes through the scores of the trials: asked for once a minute. */
async function showTrials() {
  const parts = modelsOnTrial(await ask("/v1/model/versions"));
  $("trials-card").hidden = parts.length === 0;
  $("trials").replaceChildren(...parts);
}

async function refresh() {
  const period = windowOf();
  const days = Number($("period").value);
  const [funnel, channels, volume, response, hot, decisions, sellers, pipeline] = await Promise.all([
    ask("/v1/funnel", period),
    ask("/v1/channels", period),
    ask("/v1/volume", { ...period, step: stepOf(days) }),
    ask("/v1/response-times", period),
    ask("/v1/leads", { ...period, outcome: "open", limit: 15 }),
    ask("/v1/decisions", { limit: 30 }),
    ask("/v1/sellers"),
    ask("/v1/pipeline"),
  ]);
  const empty = (funnel.stages[0]?.leads ?? 0) === 0;
  $("empty").hidden = !empty || days !== 0;
  $("funnel-card").hidden = $("volume-card").hidden = $("response-card").hidden = empty;
  showTiles(funnel.stages, channels.total, response, pipeline);
  if (!empty) {
    $("funnel").replaceChildren(funnelChart(funnel.stages));
    $("response").replaceChildren(responseChart(response));
    $("volume").replaceChildren(volumeChart(volume.rows));
  }
  fillTable($("channels"), channelColumns, channels.rows, "No leads and no spend in this period.", { ...channels.total, channel: "all" });
  fillTable($("leads"), leadColumns(openLead), hot.leads, "No open leads in this period.");
  fillTable($("sellers"), sellerColumns, sellers.rows, "Nobody was assigned a lead yet.");
  showDecisions(decisions.rows);
  showPipeline(pipeline);
}

/** One refresh at a time; the next begins when the last has ended. A hidden page rests. */
async function live() {
  if (!document.hidden) {
    try {
      await refresh();
      $("status").textContent = `live · ${new Date().toLocaleTimeString()}`;
      $("status").className = "status live";
    } catch (error) {
      $("status").textContent = `no data: ${error.message}`;
      $("status").className = "status down";
    }
  }
  setTimeout(live, REFRESH_MS);
}

$("period").addEventListener("change", () => refresh().catch(() => undefined));
live();
showJourneys().catch(() => undefined);
setInterval(() => showJourneys().catch(() => undefined), JOURNEYS_MS);
showDrift().catch(() => undefined);
setInterval(() => showDrift().catch(() => undefined), DRIFT_MS);
showTrials().catch(() => undefined);
setInterval(() => showTrials().catch(() => undefined), TRIALS_MS);
