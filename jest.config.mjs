/**
 * Tiers are file suffixes; each belongs to one project:
 *   unit     .unit                                  no server, quick
 *   servers  .contract .int .fault .e2e .browser    share Kafka, registry and ClickHouse, started once for the run
 *   docker   .contract .int of the suites that share servers, on the images of docker-compose.yml; needs a Docker engine
 * Quick round: jest --selectProjects unit; of one folder: jest libs/stream --selectProjects unit (paths first).
 */
const shared = {
  rootDir: import.meta.dirname,
  testEnvironment: "node",
  extensionsToTreatAsEsm: [".ts"],
  testPathIgnorePatterns: ["/node_modules/", "/\\.leadstream/"],
  modulePathIgnorePatterns: ["/\\.leadstream/"],
  transform: {
    "^.+\\.ts$": [
      "@swc/jest",
      { jsc: { parser: { syntax: "typescript" }, target: "es2024" }, module: { type: "es6" }, sourceMaps: "inline" },
    ],
  },
};

const matching = (...suffixes) => suffixes.map((suffix) => `**/*.${suffix}.test.ts`);

/** Folders whose suites know their servers by address only. */
const onImages = [
  "libs/kafka",
  "libs/clickhouse",
  "services/collector",
  "services/sink",
  "services/analytics",
  "infra/local/src/clickhouse-front",
];

export default {
  testTimeout: 60_000,
  projects: [
    { ...shared, displayName: "unit", testMatch: matching("unit") },
    {
      ...shared,
      displayName: "servers",
      testMatch: matching("contract", "int", "fault", "e2e", "browser"),
      globalSetup: "<rootDir>/infra/local/src/jest-global-setup.ts",
      globalTeardown: "<rootDir>/infra/local/src/jest-global-teardown.ts",
    },
    {
      ...shared,
      displayName: "docker",
      testMatch: onImages.flatMap((folder) => ["contract", "int"].map((suffix) => `<rootDir>/${folder}/**/*.${suffix}.test.ts`)),
      globalSetup: "<rootDir>/tests/docker/start-containers.ts",
      globalTeardown: "<rootDir>/infra/local/src/jest-global-teardown.ts",
    },
  ],
};
