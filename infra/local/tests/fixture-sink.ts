import { serveFixture } from "./fixture-service.ts";

serveFixture("LEADSTREAM_SINK_PORT");
