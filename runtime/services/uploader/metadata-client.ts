/** The calls an upload makes at the metadata service. A service that is away for a moment (a restart) is waited for. */
import { isErrorCode, VStackError, type ErrorCode } from '../../contract/errors.ts';
import type { Sha256Hex } from '../../contract/ids.ts';
import type { Certificate, Grant } from '../../contract/paxos.ts';
import {
  AllNodesResponse, Checksum, CommitResponse, CreateVideoResponse, GenerationResponse, GrantsResponse, HoldersResponse, Manifest, VideoStatusResponse,
  type CommitRequestInput, type CreateVideoRequest, type GenerationRequest, type GrantsRequest, type Media, type VideoStatus,
} from '../../contract/wire/metadata.ts';
import { SECOND_MS } from '../../contract/units.ts';
import { sleep, type Clock } from '../../platform/clock.ts';
import type { HttpClient, RequestOptions } from '../../platform/http/client.ts';

/** What passes by itself: the service is starting, restarting or rebuilding its rows. */
const TRANSIENT: ReadonlySet<ErrorCode> = new Set(['unavailable', 'timeout', 'read_only']);

const RETRY_MS_FIRST = 100;
const RETRY_MS_MAX = 2 * SECOND_MS;

const isNotFound = (error: unknown): boolean => error instanceof VStackError && error.code === 'not_found';

export interface MetadataClient {
  createVideo(request: CreateVideoRequest, signal: AbortSignal): Promise<string>;
  grants(request: GrantsRequest, signal: AbortSignal): Promise<Grant[]>;
  nextGeneration(chunkId: string, request: GenerationRequest, signal: AbortSignal): Promise<Grant>;
  commit(chunkId: string, request: CommitRequestInput, signal: AbortSignal): Promise<{ complete: boolean }>;
  addHolders(chunkId: string, certificate: Certificate, signal: AbortSignal): Promise<{ complete: boolean }>;
  abort(chunkId: string, certificate: Certificate, signal: AbortSignal): Promise<void>;
  finalize(videoId: string, request: { chunkCount: number; durationSec: number; media: Media }, signal: AbortSignal): Promise<{ complete: boolean }>;
  /** The uploader of this video is alive. */
  keepAlive(videoId: string, signal: AbortSignal): Promise<void>;
  /** Undefined when the video is deleted or unknown. */
  findVideo(videoId: string, signal: AbortSignal): Promise<KnownVideo | undefined>;
  /** Succeeds too when there is no such video. */
  deleteVideo(videoId: string, signal: AbortSignal): Promise<void>;
  /** Addresses that clients are given, by node id. */
  nodeUrls(signal: AbortSignal): Promise<Map<string, string>>;
}

export interface KnownVideo {
  status: VideoStatus;
  /** SHA-256 of each committed chunk, by sequence. */
  committed: Map<number, Sha256Hex>;
}

export interface MetadataClientOptions {
  http: HttpClient;
  url: string;
  clock: Clock;
  /** How long a service that is away is waited for. @default 60 s */
  patienceMs?: number;
}

export const createMetadataClient = ({ http, url, clock, patienceMs = 60 * SECOND_MS }: MetadataClientOptions): MetadataClient => {
  const call = async (path: string, signal: AbortSignal, options: RequestOptions): Promise<unknown> => {
    const deadlineMs = clock.nowMs() + patienceMs;
    for (let waitMs = RETRY_MS_FIRST; ; waitMs = Math.min(RETRY_MS_MAX, waitMs * 2)) {
      try {
        return await http.json(`${url}${path}`, { ...options, signal });
      } catch (error) {
        signal.throwIfAborted();
        const { code } = error as { code?: unknown };
        if (!isErrorCode(code) || !TRANSIENT.has(code)) throw error;
        if (clock.nowMs() + waitMs > deadlineMs) {
          throw new VStackError('unavailable', `The metadata service did not answer for ${Math.round(patienceMs / SECOND_MS)} s. Is the cluster running?`, { cause: error });
        }
        await sleep(clock, waitMs, signal);
      }
    }
  };
  const post = (path: string, json: unknown, signal: AbortSignal): Promise<unknown> => call(path, signal, { method: 'POST', json });

  return {
    createVideo: async (request, signal) => CreateVideoResponse.parse(await post('/video', request, signal)).video_id,
    grants: async (request, signal) => GrantsResponse.parse(await post('/grants', request, signal)).grants,
    nextGeneration: async (chunkId, request, signal) => GenerationResponse.parse(await post(`/chunk/${chunkId}/generation`, request, signal)).grant,
    commit: async (chunkId, request, signal) => CommitResponse.parse(await post(`/chunk/${chunkId}/commit`, request, signal)),
    addHolders: async (chunkId, certificate, signal) => HoldersResponse.parse(await post(`/chunk/${chunkId}/holders`, { certificate }, signal)),
    abort: async (chunkId, certificate, signal) => void (await post(`/chunk/${chunkId}/abort`, { certificate }, signal)),
    async finalize(videoId, { chunkCount, durationSec, media }, signal) {
      const json = { status: 'active', total_chunks: chunkCount, duration_sec: durationSec, media };
      const { complete } = VideoStatusResponse.parse(await call(`/video/${videoId}/status`, signal, { method: 'PATCH', json }));
      return { complete: complete ?? true };
    },
    async keepAlive(videoId, signal) {
      await call(`/video/${videoId}/status`, signal, { method: 'PATCH', json: { status: 'uploading' } });
    },
    async findVideo(videoId, signal) {
      try {
        const { status, chunks } = Manifest.parse(await call(`/manifest/${videoId}`, signal, { method: 'GET' }));
        return { status, committed: new Map(chunks.map((chunk) => [chunk.sequence_num, Checksum.parse(chunk.checksum)])) };
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    },
    async deleteVideo(videoId, signal) {
      try {
        await call(`/video/${videoId}`, signal, { method: 'DELETE' });
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    },
    async nodeUrls(signal) {
      const { nodes } = AllNodesResponse.parse(await call('/nodes/all', signal, { method: 'GET' }));
      return new Map(nodes.map((node) => [node.node_id, node.node_url]));
    },
  };
};
