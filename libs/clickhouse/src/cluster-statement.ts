const create =
  /^((?:\s|--[^\n]*\n)*CREATE\s+(?:OR\s+REPLACE\s+)?(?:TABLE|VIEW|MATERIALIZED\s+VIEW)\s+(?:IF\s+NOT\s+EXISTS\s+)?)([A-Za-z_][\w.]*)/i;
const engine = /\bENGINE\s*=\s*(\w*MergeTree)\b/i;

/** The same statement for a cluster: made on every server, with the replicated engine of the same family. */
export function clusterStatement(statement: string, cluster: string): string {
  if (!/^[A-Za-z_][\w-]*$/.test(cluster)) throw new RangeError("the cluster's name is not an identifier");
  return statement
    .replace(create, (_all, head: string, name: string) => `${head}${name} ON CLUSTER '${cluster}'`)
    .replace(engine, (_all, family: string) => `ENGINE = Replicated${family}`);
}
