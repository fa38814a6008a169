/** Which packages of ours a folder's sources may import; the table of CONTRIBUTING.md. */
export const ADAPTERS = ["kafka", "state", "clickhouse"] as const;
export const LEAVES = ["config", "telemetry", "testing"] as const;
export const PURE = ["domain-scoring", "domain-routing", "domain-learning", "edge", "stream"] as const;

const library = (name: string): string => `libs/${name}`;
const BASE = ["schemas", library("stream")];

/** Folders of packages that a package in `folder` may import, or "everything". */
export function allowedTargets(folder: string): readonly string[] | "everything" {
  if (folder === "schemas") return [];
  if (folder === "tests") return "everything";
  if (folder.startsWith("infra/")) return [library("config")];
  // The command line starts and stops the local stack.
  if (folder === "services/ctl") return ["schemas", "infra/local", ...servicesMayUse.map(library)];
  if (folder.startsWith("services/")) return ["schemas", ...servicesMayUse.map(library)];
  const name = folder.slice("libs/".length);
  if (name === "domain-learning") return ["schemas", library("domain-scoring")];
  if (isOneOf(PURE, name)) return ["schemas"];
  if (isOneOf(ADAPTERS, name) || isOneOf(LEAVES, name)) return BASE;
  if (name === "fold-service") return [...BASE, ...["config", "telemetry", "kafka", "state"].map(library)];
  if (name === "producer") return [...BASE, ...["edge", "kafka", "config"].map(library)];
  throw new Error(`${folder} has no place in the table of import directions: give it one here and in CONTRIBUTING.md`);
}

const servicesMayUse = [...PURE, ...ADAPTERS, ...LEAVES, "producer", "fold-service"];

/** What tests beside the sources may import on top: helpers, and the servers that integration tests run on. */
export const TEST_TARGETS: readonly string[] = [library("testing"), "infra/local"];

/** Uses of the world in pure packages that cannot make a replay differ, each with its reason. */
export const PURITY_EXCEPTIONS: readonly { readonly folder: string; readonly path: RegExp; readonly name: string; readonly why: string }[] =
  [
    {
      folder: "libs/domain-routing",
      path: /^src\/calendar\/(read|resolve)-calendars\.ts$/,
      name: "Intl.DateTimeFormat",
      why: "runs before a policy is published: time-zone transitions stand resolved in the record that folds read",
    },
  ];

export function isPure(folder: string): boolean {
  return folder.startsWith("libs/") && isOneOf(PURE, folder.slice("libs/".length));
}

function isOneOf(list: readonly string[], name: string): boolean {
  return list.includes(name);
}
