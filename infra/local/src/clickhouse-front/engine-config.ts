import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const mb = 1024 * 1024;

const escapeXml = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

const systemRights = ["DROP CACHE", "RELOAD", "MERGES", "TTL MERGES", "MOVES", "VIEWS", "FLUSH", "CLEANUP"].map(
  (right) => `SYSTEM ${right}`,
);

const engines = [
  "MergeTree",
  "ReplacingMergeTree",
  "SummingMergeTree",
  "AggregatingMergeTree",
  "CollapsingMergeTree",
  "VersionedCollapsingMergeTree",
  "CoalescingMergeTree",
  "GraphiteMergeTree",
  "Memory",
  "Null",
  "Log",
  "TinyLog",
  "StripeLog",
  "Set",
  "Join",
  "Buffer",
  "Merge",
  "Alias",
  "View",
  "MaterializedView",
  "WindowView",
  "Dictionary",
  "GenerateRandom",
  "EmbeddedRocksDB",
];

/** Neither FILE, URL, REMOTE nor any other source is granted: clients reach tables and nothing else of this machine. */
const userXml = (name: string, secret: string): string => `
    <${name}>
      ${secret}
      <networks><ip>::/0</ip></networks>
      <profile>default</profile>
      <quota>default</quota>
      <grants>
        <query>GRANT SHOW, SELECT, INSERT, ALTER, CREATE, DROP, TRUNCATE, OPTIMIZE, CHECK, KILL QUERY, BACKUP, dictGet, displaySecretsInShowAndSelect ON *.*</query>
        <query>GRANT ${systemRights.join(", ")} ON *.*</query>
        <query>GRANT ${engines.map((engine) => `TABLE ENGINE ON ${engine}`).join(", ")}</query>
      </grants>
    </${name}>`;

/** Connections are the engine's `default`; the front's own user exists too, for dictionaries name their source's user and password. */
const usersXml = (user: string, password: string): string => {
  const hash = createHash("sha256").update(password).digest("hex");
  const own = /^[A-Za-z_]\w*$/.test(user) && user !== "default" ? userXml(user, `<password_sha256_hex>${hash}</password_sha256_hex>`) : "";
  return `<clickhouse>
  <profiles><default/></profiles>
  <quotas><default/></quotas>
  <users>${userXml("default", "<password></password>")}${own}
  </users>
</clickhouse>
`;
};

const configXml = (usersPath: string, backupsPath: string, memoryLimitMb: number): string => `<clickhouse>
  <logger><level>none</level></logger>
  <timezone>UTC</timezone>
  <users_config>${escapeXml(usersPath)}</users_config>
  <user_directories><users_xml><path>${escapeXml(usersPath)}</path></users_xml></user_directories>
  <table_engines_require_grant>true</table_engines_require_grant>
  <backups><allowed_path>${escapeXml(backupsPath)}/</allowed_path></backups>
  <max_server_memory_usage>${memoryLimitMb * mb}</max_server_memory_usage>
  <mark_cache_size>${64 * mb}</mark_cache_size>
  <index_mark_cache_size>${16 * mb}</index_mark_cache_size>
  <uncompressed_cache_size>0</uncompressed_cache_size>
  <mmap_cache_size>64</mmap_cache_size>
  <background_schedule_pool_size>16</background_schedule_pool_size>
</clickhouse>
`;

/** Writes what the engine reads once at its start; answers the arguments that point it there. */
export const writeEngineConfig = (directory: string, options: { user: string; password: string; memoryLimitMb: number }): string[] => {
  const configDirectory = join(directory, "config");
  const backupsPath = join(directory, "backups");
  mkdirSync(configDirectory, { recursive: true });
  mkdirSync(backupsPath, { recursive: true });
  const usersPath = join(configDirectory, "users.xml");
  const configPath = join(configDirectory, "config.xml");
  writeFileSync(usersPath, usersXml(options.user, options.password), { mode: 0o600 });
  writeFileSync(configPath, configXml(usersPath, backupsPath, options.memoryLimitMb));
  return [`--config-file=${configPath}`];
};
