/**
 * The loop around the client's core: inputs in, effects out to a transport, a clock and the places where bytes come together. It neither keeps
 * complete chunks nor knows who waits for them.
 */
import type { ManifestChunk } from '../contract/wire/metadata.ts';
import type { OwnedRange } from '../core/client/byte-ranges.ts';
import type { Attempt, ChunkOutcome, ClientEffect, ClientInput } from '../core/client/messages.ts';
import { type ClientOptions, type ClientState, createClientState, missingBytes } from '../core/client/state.ts';
import { stepClient } from '../core/client/step.ts';
import type { ChunkAssembly, ClientClock, Transport } from './transport.ts';

export interface RunClientOptions extends ClientOptions {
  transport: Transport;
  clock: ClientClock;
  chunkOf: (sequence: number) => ManifestChunk;
  openAssembly: (chunk: ManifestChunk) => ChunkAssembly;
  /** Resolves when a chunk's addresses may be used; undefined when they may at once. */
  awaitAddress?: (sequence: number) => Promise<unknown> | undefined;
  onComplete: (outcome: ChunkOutcome, bytes: Uint8Array<ArrayBuffer>) => void;
  onMiss: (sequence: number, attempts: readonly Attempt[]) => void;
  /** Told of bytes as they come, useful or not. */
  onBytes?: (nodeId: string, sequence: number, fromByte: number, toByte: number) => void;
}

export interface RunningClient {
  readonly state: ClientState;
  feed(input: ClientInput): void;
  /** Ends every request; nothing is told any more. */
  close(): void;
}

type RequestEffect = Extract<ClientEffect, { kind: 'request' }>;

export const runClient = (options: RunClientOptions): RunningClient => {
  const { transport, clock, chunkOf, openAssembly, awaitAddress, onComplete, onMiss, onBytes } = options;
  const state = createClientState(options);
  const assemblies = new Map<number, ChunkAssembly>();
  /** Of chunks that were wrong: who sent what. */
  const suspects = new Map<number, readonly OwnedRange[]>();
  const open = new Map<number, () => void>();
  const waiting: ClientInput[] = [];
  let stopTimer: () => void = () => undefined;
  let isFeeding = false;
  let isClosed = false;

  const assemblyOf = (sequence: number): ChunkAssembly => {
    const assembly = assemblies.get(sequence) ?? openAssembly(chunkOf(sequence));
    assemblies.set(sequence, assembly);
    return assembly;
  };

  /** One input, all its effects, then the next: what an effect leads to at once waits in line. */
  const feed = (input: ClientInput): void => {
    if (isClosed) return;
    waiting.push(input);
    if (isFeeding) return;
    isFeeding = true;
    try {
      for (let next = waiting.shift(); next && !isClosed; next = waiting.shift()) for (const effect of stepClient(state, next, clock.nowMs())) carryOut(effect);
    } finally {
      isFeeding = false;
    }
  };

  const end = (requestId: number): void => {
    open.get(requestId)?.();
    open.delete(requestId);
  };

  const send = ({ requestId, nodeId, sequence, fromByte, toByte }: RequestEffect): void => {
    let position = fromByte;
    const stop = transport.request({ nodeId, sequence, fromByte, toByte }, {
      onFirstByte: () => feed({ kind: 'first-byte', requestId }),
      onBytes: (bytes) => {
        if (position + bytes.byteLength > toByte) {
          end(requestId);
          return feed({ kind: 'failed', requestId, reason: `sent more than the ${toByte - fromByte} bytes it was asked for` });
        }
        const from = position;
        position += bytes.byteLength;
        // What came from elsewhere meanwhile stays as it is, so that it is clear whose bytes are where.
        for (const gap of missingBytes(state, sequence, from, position)) assemblyOf(sequence).put(gap.from, bytes.subarray(gap.from - from, gap.to - from));
        onBytes?.(nodeId, sequence, from, position);
        feed({ kind: 'bytes', requestId, sizeBytes: bytes.byteLength });
      },
      onEnd: () => {
        open.delete(requestId);
        feed({ kind: 'done', requestId });
      },
      onFailure: (reason) => {
        open.delete(requestId);
        feed({ kind: 'failed', requestId, reason });
      },
    });
    open.set(requestId, stop);
  };

  const request = (effect: RequestEffect): void => {
    const ready = awaitAddress?.(effect.sequence);
    if (!ready) return send(effect);
    const { requestId } = effect;
    let isWanted = true;
    open.set(requestId, () => (isWanted = false));
    const go = (): void => {
      if (isWanted && !isClosed) send(effect);
    };
    // An old address is better than none.
    ready.then(go, go);
  };

  const verify = (sequence: number): void => {
    const assembly = assemblyOf(sequence);
    assembly.verify((isRight) => {
      const sent = isRight ? (suspects.get(sequence) ?? []) : [];
      const liars = new Set(sent.filter((range) => assembly.wasWrong(range.from, range.to)).map((range) => range.nodeId));
      if (isRight) suspects.delete(sequence);
      feed({ kind: 'verified', sequence, isRight, liars: [...liars] });
    });
  };

  const carryOut = (effect: ClientEffect): void => {
    switch (effect.kind) {
      case 'request':
        return request(effect);
      case 'abort':
        return end(effect.requestId);
      case 'verify':
        return verify(effect.sequence);
      case 'restart':
        if (effect.sources.length > 0) suspects.set(effect.sequence, effect.sources);
        return assemblyOf(effect.sequence).restart(effect.sources.length > 0);
      case 'forget':
        suspects.delete(effect.sequence);
        return void assemblies.delete(effect.sequence);
      case 'complete': {
        const bytes = assemblyOf(effect.outcome.sequence).bytes();
        assemblies.delete(effect.outcome.sequence);
        return onComplete(effect.outcome, bytes);
      }
      case 'miss':
        return onMiss(effect.sequence, effect.attempts);
      case 'timer':
        stopTimer();
        stopTimer = clock.after(effect.atMs - clock.nowMs(), () => feed({ kind: 'timer' }));
    }
  };

  return {
    state,
    feed,
    close: () => {
      isClosed = true;
      stopTimer();
      for (const stop of open.values()) stop();
      open.clear();
      assemblies.clear();
    },
  };
};
