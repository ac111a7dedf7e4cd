/**
 * Playback sessions as their players measure them. A player (page, terminal, lab) reports about once a second while its session lives; the
 * host keeps the latest sessions, and answers the dashboard, the REST API and other doors from them.
 */
import { z } from 'zod';
import { CLIENT_KINDS } from '../client-kind.ts';
import { NodeId, VideoId } from '../ids.ts';
import { defineCall } from './call.ts';

export const PlaybackPhase = z.enum(['opening', 'buffering', 'ready', 'playing', 'paused', 'stalled', 'ended', 'failed']);
export type PlaybackPhase = z.infer<typeof PlaybackPhase>;

/** Which client chooses the nodes; client-kind.ts tells what each does. */
export const ClientKind = z.enum(CLIENT_KINDS);

const Figure = z.number().nullable();

/** What the player knows of one node, all measured by itself. */
export const PlaybackNode = z.object({
  nodeId: NodeId,
  /** V-Stack's published score: bandwidth in Mbit/s × reliability / (1 + latency in ms × 0.1). Null before anything was measured. */
  score: Figure,
  /** Neither avoided at the moment nor silent. */
  healthy: z.boolean(),
  bitsPerSecond: Figure,
  /** Time to first byte, or of a ping, smoothed. */
  latencyMs: Figure,
  /** Share of requests that succeeded, smoothed, 0–1. */
  reliability: Figure,
  deliveredBytes: z.number(),
  chunkCount: z.number().int(),
  failureCount: z.number().int(),
});
export type PlaybackNode = z.infer<typeof PlaybackNode>;

export const PlaybackChunk = z.object({
  sequence: z.number().int(),
  /** Who delivered it, or most of it. */
  nodeId: NodeId,
  /** Who gave how much of it, most first. */
  sources: z.array(z.object({ nodeId: NodeId, sizeBytes: z.number() })).max(64),
  atMs: z.number(),
  sizeBytes: z.number(),
  firstByteMs: z.number(),
  tookMs: z.number(),
  /** Nodes that were asked and did not deliver, in order. */
  failedNodeIds: z.array(NodeId),
  /** A second node was asked while a first one was at it. */
  hedged: z.boolean(),
  /** A node failed, and another one brought what it owed. */
  failedOver: z.boolean(),
  /** Why it came from where it came, in a line for people. */
  why: z.string().max(300),
});
export type PlaybackChunk = z.infer<typeof PlaybackChunk>;

/** More chunks than this between two reports are left out, oldest first. */
export const REPORT_CHUNKS_MAX = 64;
/** A session's chunks that the host keeps. */
export const SESSION_CHUNKS_MAX = 500;

const session = {
  sessionId: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  videoId: VideoId,
  title: z.string().max(500),
  /** Which client chooses the nodes now; a player may change it as it plays. */
  client: ClientKind,
  /** Where it plays. */
  door: z.enum(['page', 'terminal', 'lab']),
  startedAtMs: z.number(),
  phase: PlaybackPhase,
  positionSec: z.number().nonnegative(),
  durationSec: z.number().nonnegative(),
  bufferSec: z.number().nonnegative(),
  /** From the play command to the first moving picture. */
  startupMs: Figure,
  stallCount: z.number().int().nonnegative(),
  stalledMs: z.number().nonnegative(),
  playedMs: z.number().nonnegative(),
  throughputBitsPerSecond: Figure,
  deliveredBytes: z.number().nonnegative(),
  /** Fetched but not used: hedges that lost, chunks thrown away. */
  wastedBytes: z.number().nonnegative(),
  requestCount: z.number().int().nonnegative(),
  failedRequestCount: z.number().int().nonnegative(),
  nodes: z.array(PlaybackNode).max(64),
};

export const PlaybackReport = z.object({
  ...session,
  /** Chunks that arrived since the report before. */
  chunks: z.array(PlaybackChunk).max(REPORT_CHUNKS_MAX),
  /** The player is gone; the session is closed. */
  isOver: z.boolean().default(false),
});
export type PlaybackReport = z.infer<typeof PlaybackReport>;

export const PlaybackSession = z.object({
  ...session,
  /** Of the last report. A session that was not closed and is silent is over all the same. */
  atMs: z.number(),
  isOver: z.boolean(),
  /** The latest, oldest first. */
  chunks: z.array(PlaybackChunk),
  /** Mean of the buffer over the reports while it played. */
  bufferSecMean: Figure,
  /** Mean over the chunks that are kept, while any of them was under way. The report's own figure is that of its last seconds. */
  throughputBitsPerSecondMean: Figure,
});
export type PlaybackSession = z.infer<typeof PlaybackSession>;

export const playbackCalls = {
  'playback:report': defineCall({ input: PlaybackReport, output: z.object({}), needs: 'write', summary: 'Tells the host how a playback session goes; players send it about once a second.' }),
  'playback:latest': defineCall({ input: z.object({}), output: z.object({ session: PlaybackSession.nullable() }), needs: 'read', summary: 'The most recent playback session of any door.' }),
  'playback:sessions': defineCall({
    input: z.object({ limit: z.number().int().min(1).max(200).default(50) }),
    output: z.object({ sessions: z.array(PlaybackSession.omit({ chunks: true })) }),
    needs: 'read',
    summary: 'Recent playback sessions, youngest first, without their chunks.',
  }),
} as const;

export const playbackEvents = {
  /** The most recent session after a report, with the chunks of that report only. */
  'playback:changed': PlaybackSession,
} as const;
