/**
 * Requests whose bytes are still on their way. A slow link takes its time for them and the transport bounds them by their size, so until they
 * end they are not silence: the same bytes sent again would queue behind the first and make both slower.
 */
import type { Ballot } from '../../contract/paxos.ts';
import type { Request } from '../../core/chunkpaxos/messages.ts';
import type { Proposer, ProposerPhase } from '../../core/chunkpaxos/proposer.ts';

interface Sent {
  to: number;
  message: Request;
  ballot: Ballot;
  phase: ProposerPhase;
}

export interface BytesUnderWay {
  /** Follows a request that the proposer just made; `sending` resolves with whether it was answered, and never rejects. */
  follow(to: number, message: Request, sending: Promise<boolean>): void;
  /** Whether one of them could still bring the quorum that the proposer waits for. */
  isAny(): boolean;
  /** Those that failed meanwhile, each once: nobody hears from them without being asked again. */
  takeFailed(): { to: number; message: Request }[];
}

export const followBytes = (proposer: Proposer): BytesUnderWay => {
  const underWay = new Set<Sent>();
  const failed = new Map<number, Sent>();
  // Filling comes after the decision, and what belongs to a ballot given up decides nothing.
  const isWanted = ({ ballot, phase }: Sent): boolean => ballot === proposer.ballot && phase === proposer.phase && (phase === 'staging' || phase === 'accepting');

  return {
    follow(to, message, sending) {
      if (message.type === 'PREPARE' || !message.piece) return;
      const sent: Sent = { to, message, ballot: proposer.ballot, phase: proposer.phase };
      underWay.add(sent);
      failed.delete(to);
      void sending.then((isAnswered) => {
        underWay.delete(sent);
        if (!isAnswered) failed.set(to, sent);
      });
    },
    isAny: () => [...underWay].some(isWanted),
    takeFailed() {
      const wanted = [...failed.values()].filter(isWanted);
      failed.clear();
      return wanted;
    },
  };
};
