/** Watches the votes of one chunk: late ones prove further holders to the metadata service, failed calls tell whom not to wait for. */
import type { PaxosTransport } from '../../client/paxos/transport.ts';
import { formatBallot, valueText, type Ack, type Certificate, type Grant } from '../../contract/paxos.ts';

export interface AckCollector {
  transport: PaxosTransport;
  /** The certificate with every vote that came for the same ballot and value, each store once. */
  widen(certificate: Certificate): Certificate;
  /** Resolves once every store of the grant has voted or could not be reached. */
  answered: Promise<void>;
  /** Node ids of the stores that have neither voted nor failed so far. */
  silent(): string[];
}

export const collectAcks = (grant: Grant, transport: PaxosTransport): AckCollector => {
  const acks: Ack[] = [];
  const heardOf = new Set<string>();
  const { promise: answered, resolve } = Promise.withResolvers<void>();
  const hear = (nodeId: string): void => {
    heardOf.add(nodeId);
    if (grant.stores.every((store) => heardOf.has(store.node_id))) resolve();
  };
  return {
    answered,
    silent: () => grant.stores.map((store) => store.node_id).filter((nodeId) => !heardOf.has(nodeId)),
    transport: {
      ...transport,
      async accept(store, header, bytes, signal) {
        try {
          const reply = await transport.accept(store, header, bytes, signal);
          if (reply.type === 'ACK') {
            acks.push(reply);
            hear(store.node_id);
          }
          return reply;
        } catch (error) {
          hear(store.node_id);
          throw error;
        }
      },
    },
    widen(certificate) {
      const isSame = (ack: Ack): boolean =>
        formatBallot(ack.ballot) === formatBallot(certificate.ballot) && valueText(ack.value) === valueText(certificate.value);
      const macs = new Map(certificate.acks.map((ack) => [ack.store_uuid, ack.mac]));
      for (const ack of acks.filter(isSame)) macs.set(ack.store_uuid, ack.mac);
      return { ...certificate, acks: [...macs].map(([store_uuid, mac]) => ({ store_uuid, mac })) };
    },
  };
};
