/**
 * The thin loop around the proposer core: takes answers, steps, sends. Uploaders run it with their bytes (fast path, then fill), the
 * metadata service runs it for classic commits (the stores already hold the bytes) and for recovery (`own: null`).
 */
import { VStackError } from '../../contract/errors.ts';
import { instanceKeyOf } from '../../contract/ids.ts';
import type { Ack, Ballot, Certificate, Grant, Value } from '../../contract/paxos.ts';
import type { ProposerEffect, ProposerEvent } from '../../core/chunkpaxos/effects.ts';
import type { ProposerLimits } from '../../core/chunkpaxos/limits.ts';
import type { ProposerInput, Request } from '../../core/chunkpaxos/messages.ts';
import { createProposer, stepProposer } from '../../core/chunkpaxos/proposer.ts';
import { sameValue } from '../../core/chunkpaxos/value.ts';
import { followBytes } from './bytes-under-way.ts';
import { gatherPieces } from './pieces.ts';
import type { PieceSource, PieceTools } from './pieces.ts';
import { systemTimers } from './transport.ts';
import type { LoopTimers, PaxosTransport } from './transport.ts';

/** As the contract's ProposerId has it. */
const PROPOSER_ID_CHARS_MAX = 64;

export interface RunProposerOptions {
  grant: Grant;
  /**
   * Fresh at every process start. Equal to `grant.owner_id` for the owner, whose first try then takes the fast path: it may run an instance
   * again only with the same bytes. Ballots above round 0 get an id of this run's own.
   */
  proposerId: string;
  /** What to propose when free; null for a recovery. */
  own: Value | null;
  /** The bytes of `own`; leave it out when the stores already hold them, or when `own` has none. */
  bytes?: PieceSource | undefined;
  /** Wait for so many PROMISEs where they come: with `own` but no bytes, only a store that promised is known to hold its piece. @default Q1 */
  promisesWanted?: number;
  transport: PaxosTransport;
  tools: PieceTools;
  /** In [0, 1): seeds the back-off. */
  random: () => number;
  timers?: LoopTimers;
  limits?: ProposerLimits;
  signal?: AbortSignal | undefined;
  onEvent?: (event: ProposerEvent) => void;
  /** The decision, as soon as it is one; filling the remaining stores goes on. */
  onDecided?: (decision: Decision) => void;
}

export interface Decision {
  value: Value;
  ballot: Ballot;
  /** Null when a store told us what the metadata service already knows. */
  certificate: Certificate | null;
}

export interface ProposerOutcome extends Decision {
  /** Stores known to hold their piece, as node ids in the grant's order. Empty for a learned decision: ask the metadata service. */
  holders: string[];
}

/**
 * Runs one proposer to its end: decided, and every store in reach filled. The decided value may be another's; compare it with yours.
 * Rejects with `no_quorum` when too few stores answered for too long, with `cancelled` when `signal` aborts.
 */
export const runProposer = async (options: RunProposerOptions): Promise<ProposerOutcome> => {
  const { grant, transport, tools, timers = systemTimers, signal } = options;
  if (signal?.aborted) throw cancelled(grant);
  const ending = new AbortController();
  const proposer = createProposer({
    grant,
    proposerId: options.proposerId,
    runId: runIdOf(options.proposerId, options.random),
    own: options.own,
    hasBytes: options.bytes !== undefined,
    seed: Math.floor(options.random() * 2 ** 32),
    ...(options.promisesWanted !== undefined && { promisesWanted: options.promisesWanted }),
    ...(options.limits && { limits: options.limits }),
  });
  const bytesUnderWay = followBytes(proposer);
  let adopted: { value: Value; pieces: PieceSource } | undefined;
  let decision: Decision | undefined;
  let clearTimer = (): void => {};

  return await new Promise<ProposerOutcome>((resolve, reject) => {
    const end = (settle: () => void): void => {
      clearTimer();
      signal?.removeEventListener('abort', onAbort);
      ending.abort();
      settle();
    };
    const onAbort = (): void => end(() => reject(cancelled(grant)));
    signal?.addEventListener('abort', onAbort);

    const feed = (input: ProposerInput): void => {
      if (ending.signal.aborted) return;
      try {
        for (const effect of stepProposer(proposer, input)) perform(effect);
      } catch (error) {
        end(() => reject(error as Error));
      }
    };
    const perform = (effect: ProposerEffect): void => {
      switch (effect.kind) {
        case 'send':
          bytesUnderWay.follow(effect.to, effect.message, send(effect.to, effect.message));
          return;
        case 'setTimer':
          wait(effect.delayMs);
          return;
        case 'fetch':
          void gather(effect.value, effect.sources);
          return;
        case 'emit':
          options.onEvent?.(effect.event);
          return;
        case 'decide':
          // Every ack that was fed came from a transport, which delivers it with its MAC.
          decision = { value: effect.value, ballot: effect.ballot, certificate: effect.learned ? null : certify(grant, effect, proposer.acks as Ack[]) };
          options.onDecided?.(decision);
          return;
        case 'finish': {
          const holders = grant.stores.filter((_, index) => effect.holders & (1 << index)).map((store) => store.node_id);
          end(() => resolve({ ...decision!, holders }));
          return;
        }
        case 'giveUp':
          end(() => reject(noQuorum(grant, proposer.attempt)));
      }
    };
    const wait = (delayMs: number): void => {
      clearTimer();
      clearTimer = timers.set(() => {
        if (!bytesUnderWay.isAny()) return feed({ type: 'TIMER' });
        // Asked again, but not followed: stores that fail by turns must not keep the proposer from trying another ballot.
        for (const { to, message } of bytesUnderWay.takeFailed()) void send(to, message);
        wait(delayMs);
      }, delayMs);
    };
    /** Resolves with whether an answer came. Silence is one that the core knows: its timer asks again. */
    const send = (to: number, message: Request): Promise<boolean> =>
      ask(to, message).then(
        (answer) => {
          feed(answer);
          return true;
        },
        () => false,
      );
    const ask = (to: number, message: Request): Promise<ProposerInput> => {
      const store = grant.stores[to]!;
      const { signal: ended } = ending;
      // The bytes are those of the value that this ballot proposes.
      const bytesFor = (): Uint8Array => (adopted && sameValue(adopted.value, proposer.value!) ? adopted.pieces : options.bytes!)(to);
      switch (message.type) {
        case 'PREPARE':
          return transport.prepare(store, { grant, ballot: message.ballot }, ended);
        case 'STAGE':
          return transport.stage(store, { grant, piece: message.piece }, bytesFor(), ended);
        case 'ACCEPT': {
          const { ballot, value, piece } = message;
          return transport.accept(store, { grant, ballot, value, piece }, piece ? bytesFor() : null, ended);
        }
      }
    };
    const gather = async (value: Value, sources: number): Promise<void> => {
      const pieces = value.kind === 'PLACED' ? await gatherPieces(grant, value, sources, transport, tools, ending.signal).catch(() => undefined) : undefined;
      if (pieces) adopted = { value, pieces };
      feed({ type: pieces ? 'BYTES' : 'NO_BYTES', value });
    };

    feed({ type: 'START' });
  });
};

/** Ballots of two runs never meet, also when one process runs the same instance twice, at once or after a failure. */
let runCount = 0;
const runIdOf = (proposerId: string, random: () => number): string => {
  runCount += 1;
  const suffix = `-${runCount.toString(36)}-${Math.floor(random() * 2 ** 32).toString(36)}`;
  return proposerId.slice(0, PROPOSER_ID_CHARS_MAX - suffix.length) + suffix;
};

const certify = (grant: Grant, { value, ballot }: { value: Value; ballot: Ballot }, acks: readonly Ack[]): Certificate => ({
  grant,
  ballot,
  value,
  acks: acks.map(({ store_uuid, mac }) => ({ store_uuid, mac })),
});

const cancelled = (grant: Grant): VStackError =>
  new VStackError('cancelled', `Placing ${instanceKeyOf(grant.chunk_id, grant.generation)} was cancelled before it was decided.`);

const noQuorum = (grant: Grant, ballots: number): VStackError =>
  new VStackError(
    'no_quorum',
    `Expected enough of the ${grant.stores.length} stores of ${instanceKeyOf(grant.chunk_id, grant.generation)} to answer, but ${ballots} ballots found no quorum. ` +
      'Check that the storage nodes are up, or ask for the next generation.',
  );
