/** The control contract: every call and every event between a door (window, browser, terminal) and the host. */
import type { z } from 'zod';
import { clusterCalls, clusterEvents } from './cluster.ts';
import { comparisonCalls, comparisonEvents } from './comparison.ts';
import { happeningCalls, happeningEvents } from './happenings.ts';
import { logCalls, logEvents } from './logs.ts';
import { metricCalls, metricEvents } from './metrics.ts';
import { networkCalls, networkEvents } from './network.ts';
import { playbackCalls, playbackEvents } from './playback.ts';
import { systemCalls, systemEvents } from './system.ts';
import { uploadCalls, uploadEvents } from './uploads.ts';
import { videoCalls, videoEvents } from './videos.ts';

export const calls = { ...clusterCalls, ...logCalls, ...videoCalls, ...uploadCalls, ...playbackCalls, ...metricCalls, ...networkCalls, ...comparisonCalls, ...happeningCalls, ...systemCalls } as const;
export const events = { ...clusterEvents, ...logEvents, ...videoEvents, ...uploadEvents, ...playbackEvents, ...metricEvents, ...networkEvents, ...comparisonEvents, ...happeningEvents, ...systemEvents } as const;

export type CallName = keyof typeof calls;
export type EventName = keyof typeof events;
/** What a caller writes: fields with defaults may be left out. */
export type CallInput<C extends CallName> = z.input<(typeof calls)[C]['input']>;
/** What a handler receives: parsed, defaults filled. */
export type CallParsed<C extends CallName> = z.output<(typeof calls)[C]['input']>;
export type CallOutput<C extends CallName> = z.output<(typeof calls)[C]['output']>;
export type EventData<E extends EventName> = z.output<(typeof events)[E]>;

/** The part of an AbortSignal that a call needs; the contract itself knows neither Node nor the DOM. */
export interface CancelSignal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** What every adapter offers to the code behind a door, whatever the wire. */
export interface ControlClient {
  /** Rejects with VStackError; an aborted signal cancels the call at the host. */
  call<C extends CallName>(name: C, input: CallInput<C>, options?: { signal?: CancelSignal }): Promise<CallOutput<C>>;
  /** Calls back for each event until the returned function is called. */
  on<E extends EventName>(name: E, callback: (data: EventData<E>) => void): () => void;
}

export const isCallName = (name: string): name is CallName => Object.hasOwn(calls, name);
export const isEventName = (name: string): name is EventName => Object.hasOwn(events, name);
