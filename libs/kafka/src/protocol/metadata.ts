/**
 * Metadata v12 (the lowest that asks for topic ids by name; v10 forbids a null id), FindCoordinator v2, ApiVersions v3 (finalised features),
 * CreateTopics v4, DescribeConfigs v1: the simplest versions that a broker of the 4.x line still speaks.
 */
import type { Api } from "./api.ts";

export interface MetadataAnswer {
  readonly nodes: readonly { readonly nodeId: number; readonly host: string; readonly port: number }[];
  readonly controllerId: number;
  readonly topics: readonly {
    readonly errorCode: number;
    readonly name: string;
    /** 16 bytes, base64url, as Kafka's tools show it. */
    readonly topicId: string;
    readonly partitions: readonly { readonly errorCode: number; readonly partition: number; readonly leader: number }[];
  }[];
}

const NO_TOPIC_ID = Buffer.alloc(16);

export const metadataApi: Api<readonly string[], MetadataAnswer> = {
  name: "Metadata",
  key: 3,
  version: 12,
  flexible: true,
  write(writer, topics) {
    writer.compactArray(topics, (topic) => writer.raw(NO_TOPIC_ID).compactString(topic).tags());
    writer.boolean(false).boolean(false).tags();
  },
  read(reader) {
    reader.int32();
    const nodes = reader.compactArray(() => {
      const node = { nodeId: reader.int32(), host: reader.compactString(), port: reader.int32() };
      reader.nullableCompactString();
      reader.tags();
      return node;
    });
    reader.nullableCompactString();
    const controllerId = reader.int32();
    const topics = reader.compactArray(() => {
      const errorCode = reader.int16();
      const name = reader.compactString();
      const topicId = reader.raw(16).toString("base64url");
      reader.boolean();
      const partitions = reader.compactArray(() => {
        const partition = { errorCode: reader.int16(), partition: reader.int32(), leader: reader.int32() };
        reader.int32();
        for (let list = 0; list < 3; list++) reader.compactArray(() => reader.int32());
        reader.tags();
        return partition;
      });
      reader.int32();
      reader.tags();
      return { errorCode, name, topicId, partitions };
    });
    return { nodes, controllerId, topics };
  },
};

export const coordinatorType = { group: 0, transaction: 1 } as const;
export type CoordinatorType = keyof typeof coordinatorType;

export interface CoordinatorAnswer {
  readonly errorCode: number;
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}

export const findCoordinatorApi: Api<{ readonly key: string; readonly type: CoordinatorType }, CoordinatorAnswer> = {
  name: "FindCoordinator",
  key: 10,
  version: 2,
  flexible: false,
  write(writer, { key, type }) {
    writer.string(key).int8(coordinatorType[type]);
  },
  read(reader) {
    reader.int32();
    const errorCode = reader.int16();
    reader.nullableString();
    return { errorCode, nodeId: reader.int32(), host: reader.string(), port: reader.int32() };
  },
};

const FINALIZED_FEATURES_TAG = 2;

/** Level of each feature that the whole cluster has switched on, such as `transaction.version`. */
export const featuresApi: Api<null, ReadonlyMap<string, number>> = {
  name: "ApiVersions",
  key: 18,
  version: 3,
  flexible: true,
  write(writer) {
    writer.compactString("leadstream").compactString("0.1.0").tags();
  },
  read(reader) {
    const features = new Map<string, number>();
    reader.int16();
    reader.compactArray(() => {
      reader.raw(6);
      reader.tags();
    });
    reader.int32();
    reader.tags((tag, value) => {
      if (tag !== FINALIZED_FEATURES_TAG) return;
      value.compactArray(() => {
        const name = value.compactString();
        features.set(name, value.int16());
        value.int16();
        value.tags();
      });
    });
    return features;
  },
};

export interface NewTopic {
  readonly name: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly settings: Readonly<Record<string, string>>;
}

export const createTopicsApi: Api<
  { readonly topics: readonly NewTopic[]; readonly timeoutMs: number },
  readonly { readonly name: string; readonly errorCode: number; readonly message: string | null }[]
> = {
  name: "CreateTopics",
  key: 19,
  version: 4,
  flexible: false,
  write(writer, { topics, timeoutMs }) {
    writer.array(topics, ({ name, partitions, replicationFactor, settings }) => {
      writer.string(name).int32(partitions).int16(replicationFactor).int32(0);
      writer.array(Object.entries(settings), ([key, value]) => writer.string(key).string(value));
    });
    writer.int32(timeoutMs).boolean(false);
  },
  read(reader) {
    reader.int32();
    return reader.array(() => ({ name: reader.string(), errorCode: reader.int16(), message: reader.nullableString() }));
  },
};

const TOPIC_RESOURCE = 2;

/** Values of the named settings of topics. */
export const describeTopicsApi: Api<
  { readonly topics: readonly string[]; readonly settings: readonly string[] },
  readonly { readonly name: string; readonly errorCode: number; readonly settings: ReadonlyMap<string, string | null> }[]
> = {
  name: "DescribeConfigs",
  key: 32,
  version: 1,
  flexible: false,
  write(writer, { topics, settings }) {
    writer.array(topics, (topic) => {
      writer.int8(TOPIC_RESOURCE).string(topic);
      writer.array(settings, (setting) => writer.string(setting));
    });
    writer.boolean(false);
  },
  read(reader) {
    reader.int32();
    return reader.array(() => {
      const errorCode = reader.int16();
      reader.nullableString();
      reader.int8();
      const name = reader.string();
      const settings = reader.array((): [string, string | null] => {
        const setting: [string, string | null] = [reader.string(), reader.nullableString()];
        reader.raw(3);
        reader.array(() => [reader.string(), reader.nullableString(), reader.int8()]);
        return setting;
      });
      return { name, errorCode, settings: new Map(settings) };
    });
  },
};
