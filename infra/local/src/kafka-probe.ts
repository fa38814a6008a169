import { connect } from "node:net";
import { Kafka, logLevel, Partitioners } from "kafkajs";

const answers = (brokers: string): Promise<boolean> =>
  new Promise((resolve) => {
    const [host, port] = brokers.split(":");
    const socket = connect({ host: host ?? "127.0.0.1", port: Number(port) });
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
  });

/** True when metadata, the group coordinator and the transaction coordinator answer (which also makes their topics). */
export const probeKafka = async (brokers: string): Promise<boolean> => {
  if (!(await answers(brokers))) return false;
  const kafka = new Kafka({
    clientId: "leadstream-probe",
    brokers: [brokers],
    logLevel: logLevel.NOTHING,
    requestTimeout: 5_000,
    retry: { initialRetryTime: 50, maxRetryTime: 250, retries: 60 },
  });
  const admin = kafka.admin();
  const producer = kafka.producer({
    transactionalId: "leadstream-probe",
    transactionTimeout: 10_000,
    maxInFlightRequests: 1,
    idempotent: true,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  try {
    await admin.connect();
    if ((await admin.describeCluster()).brokers.length === 0) return false;
    await admin.fetchOffsets({ groupId: "leadstream-probe", topics: [] });
    await producer.connect();
    const transaction = await producer.transaction();
    await transaction.abort();
    return true;
  } catch {
    return false;
  } finally {
    await Promise.allSettled([admin.disconnect(), producer.disconnect()]);
  }
};
