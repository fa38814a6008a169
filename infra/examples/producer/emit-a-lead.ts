/**
 * Emits one lead and its first steps straight to Kafka, without the collector.
 * Without variables it talks to the stack that `npm start` runs:
 *
 *   npm run node -- infra/examples/producer/emit-a-lead.ts
 */
import { join } from "node:path";
import { connectProducer, openIdentityKey, ProducerError } from "@leadstream/producer";
import { LmdbKeyStore } from "@leadstream/state";

const {
  LEADSTREAM_KAFKA_BROKERS = "127.0.0.1:19092",
  LEADSTREAM_REGISTRY_URL = "http://127.0.0.1:18081/apis/ccompat/v7",
  LEADSTREAM_DATA_DIR = ".leadstream/data",
  EXAMPLE_DATA_DIR = ".leadstream/example-producer",
} = process.env;
// The identity key must be that of the installation: it makes the ids by which the same person is the same lead.
const identityKey = await openIdentityKey(join(LEADSTREAM_DATA_DIR, "identity-key"));
// A key store has one writer; a producer of its own keeps its own keys.
const keys = await LmdbKeyStore.open({ directory: join(EXAMPLE_DATA_DIR, "lead-keys") });
const producer = await connectProducer({
  brokers: LEADSTREAM_KAFKA_BROKERS.split(","),
  registryUrl: LEADSTREAM_REGISTRY_URL,
  producer: "example",
  defaultCountry: "CN",
  identityKey,
  keys,
});
try {
  const contact = { name: "王小明", email: "Wang.Xiaoming@example.com", phone: "138 0013 8000", company: "示例制造有限公司" };
  const lead = await producer.capture({
    channel: "SEM",
    campaign: "spring",
    capturePoint: "Form",
    contact,
    needDescription: "A CRM for 40 sellers, before the summer.",
    profile: { title: "市场总监", industry: "智能制造", country: "中国", region: "广东省", companySize: "201-500", need: "stated" },
  });
  console.log("captured", lead);
  console.log("touched", await producer.touch({ leadId: lead.leadId, kind: "pricing-view", dwellMs: 42_000 }));
  // The same person by another spelling of the address: the same lead.
  console.log("touched", await producer.touch({ contact: { email: "wang.xiaoming@EXAMPLE.com" }, kind: "demo request" }));
  await producer.capture({ channel: "web", contact: { email: "nobody" }, profile: { budget: -1 } });
} catch (error) {
  if (!(error instanceof ProducerError)) throw error;
  // Every fault of the event at once: field, reason, remedy.
  console.log(error.code, error.faults);
} finally {
  await producer.close();
  await keys.close();
}
