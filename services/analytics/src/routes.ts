import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { ReportReader } from "./report-reader.ts";
import { acquisition, programme, volume } from "./reports/acquisition.ts";
import { actionsOfRep } from "./reports/actions.ts";
import { explanationOf } from "./reports/explanation.ts";
import { funnel, funnelBy } from "./reports/funnel.ts";
import { journeyOfLead, journeys, leadsInJourney } from "./reports/journeys.ts";
import { leadPage } from "./reports/lead-page.ts";
import { leads } from "./reports/leads.ts";
import { driftReport, modelVersions } from "./reports/model-versions.ts";
import { pipelineReport } from "./reports/pipeline.ts";
import { responseTimes } from "./reports/response-times.ts";
import { decisions, modelReport, sellers } from "./reports/sales.ts";
import {
  channelsQuery,
  decisionsQuery,
  explanationQuery,
  funnelQuery,
  journeyLeadsQuery,
  journeyParams,
  leadParams,
  leadsQuery,
  repActionsQuery,
  repParams,
  segmentQuery,
  volumeQuery,
  windowOf,
} from "./request-shapes.ts";

type App = ReturnType<typeof typed>;

const typed = (instance: FastifyInstance) => instance.withTypeProvider<ZodTypeProvider>();
const described = (tag: string, summary: string) => ({ tags: [tag], summary });

/** Every report of the API. Each answers JSON; a name stands for one view of docs/analytics.md. */
export function reportRoutes(instance: FastifyInstance, reader: ReportReader): void {
  const app = typed(instance);
  metricRoutes(app, reader);
  leadRoutes(app, reader);
  salesRoutes(app, reader);
  modelRoutes(app, reader);
  app.get("/v1/pipeline", { schema: described("Operations", "Rows, freshness and latency of the pipeline") }, async () =>
    pipelineReport(reader),
  );
}

function metricRoutes(app: App, reader: ReportReader): void {
  app.get(
    "/v1/funnel",
    {
      schema: {
        ...described("Metrics", "The funnel with the loss per stage (D1, M1, M2, M5), or one per segment (D2)"),
        querystring: funnelQuery,
      },
    },
    async ({ query }) => {
      const window = windowOf(query);
      if (query.by !== undefined) return { by: query.by, segments: await funnelBy(reader, window, query.by) };
      return { stages: await funnel(reader, { ...query, window }) };
    },
  );
  app.get(
    "/v1/channels",
    {
      schema: {
        ...described("Metrics", "Leads, customers, spend, CPL, CAC, ROI by channel, campaign or keyword (M4, M7–M10, D3)"),
        querystring: channelsQuery,
      },
    },
    async ({ query }) => {
      const window = windowOf(query);
      const [rows, total] = await Promise.all([acquisition(reader, window, query.level, query.channel), programme(reader, window)]);
      return { rows, total };
    },
  );
  app.get(
    "/v1/volume",
    { schema: { ...described("Metrics", "Leads and new customers over time, by channel (M10)"), querystring: volumeQuery } },
    async ({ query }) => ({ rows: await volume(reader, windowOf(query), query.step) }),
  );
  app.get(
    "/v1/response-times",
    { schema: { ...described("Metrics", "First contact minus capture: mean, quantiles, buckets (M3, SLA1)"), querystring: segmentQuery } },
    async ({ query }) => responseTimes(reader, { ...query, window: windowOf(query) }),
  );
}

function leadRoutes(app: App, reader: ReportReader): void {
  app.get("/v1/leads", { schema: { ...described("Leads", "Leads, sorted live by score"), querystring: leadsQuery } }, async ({ query }) =>
    leads(reader, { ...query, segment: { ...query, window: windowOf(query) } }),
  );
  app.get(
    "/v1/leads/:leadId",
    { schema: { ...described("Leads", "One lead: standing, points row by row, owners and why, history"), params: leadParams } },
    async ({ params }) => leadPage(reader, params.leadId, Date.now()),
  );
  app.get(
    "/v1/leads/:leadId/explanation",
    {
      schema: {
        ...described(
          "Leads",
          "Why a lead has its score, at any instant, what faded up to it included: the ledger with running sums, owners and journey (R7)",
        ),
        params: leadParams,
        querystring: explanationQuery,
      },
    },
    async ({ params, query }) => explanationOf(reader, params.leadId, Date.now(), query.at),
  );
  app.get(
    "/v1/leads/:leadId/journey",
    { schema: { ...described("Leads", "A lead's way through journeys: where it stands, every run, every message"), params: leadParams } },
    async ({ params }) => journeyOfLead(reader, params.leadId),
  );
  app.get("/v1/journeys", { schema: described("Metrics", "Journeys: who is in which step, opens, clicks, stops (L4)") }, async () => ({
    rows: await journeys(reader),
  }));
  app.get(
    "/v1/journeys/:journey/leads",
    {
      schema: {
        ...described("Leads", "Who is in a journey, who is due first, first"),
        params: journeyParams,
        querystring: journeyLeadsQuery,
      },
    },
    async ({ params, query }) => ({ rows: await leadsInJourney(reader, params.journey, query.step, query.limit) }),
  );
}

function salesRoutes(app: App, reader: ReportReader): void {
  app.get(
    "/v1/reps/:rep/actions",
    {
      schema: {
        ...described("Sales", "What a rep does next with each own lead, and what to claim, sorted live by score (S1, S2)"),
        params: repParams,
        querystring: repActionsQuery,
      },
    },
    async ({ params, query }) => ({ rows: await actionsOfRep(reader, params.rep, query.limit, Date.now()) }),
  );
  app.get("/v1/sellers", { schema: described("Sales", "Sellers: response, leases, deals (SLA2, SLA3)") }, async () => ({
    rows: await sellers(reader),
  }));
  app.get(
    "/v1/decisions",
    { schema: { ...described("Sales", "The newest changes of ownership and lifecycle"), querystring: decisionsQuery } },
    async ({ query }) => ({ rows: await decisions(reader, query.limit) }),
  );
}

function modelRoutes(app: App, reader: ReportReader): void {
  app.get("/v1/model", { schema: described("Metrics", "Bands against outcome, error lists, high scores (M11, R2)") }, async () =>
    modelReport(reader),
  );
  app.get(
    "/v1/model/versions",
    {
      schema: described(
        "Metrics",
        "Models as they were published, champion against challenger for each pilot, and where a shadow differs (R6)",
      ),
    },
    async () => modelVersions(reader),
  );
  app.get(
    "/v1/model/drift",
    { schema: described("Metrics", "AUC by month of the outcome, MQL to SQL by month, and whether to retrain or recalibrate (R4)") },
    async () => driftReport(reader, Date.now()),
  );
}
