import { serveFixture } from "./fixture-service.ts";

serveFixture("LEADSTREAM_COLLECTOR_PORT");
