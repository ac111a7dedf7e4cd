/**
 * The metadata service's HTTP API: bodies and answers, snake_case. Its callers are uploaders, storage nodes, the host, the CLI and
 * V-Stack's own clients. One upload, in order:
 *
 *   uploader                              metadata service                    storage nodes
 *      │── POST /video ─────────────────────▶│
 *      │── POST /grants {sequences} ────────▶│ durable, then answered
 *      │── ACCEPT(grant, value, bytes) ──────┼──────────────────────────────────▶│ × N
 *      │◀────────────────────────────────────┼─────────────────────────── ACK ───│ × Q2 (the others follow)
 *      │── POST /chunk/{id}/commit {cert} ──▶│ verified, durable, then answered
 *      │── POST /chunk/{id}/holders {cert} ─▶│── LEARN ─────────────────────────▶│ × N
 *      │── PATCH /video/{id}/status active ─▶│ next manifest version, decided through ChunkPaxos, then answered
 *
 * Durations of media are seconds (`_sec`), as V-Stack has them; instants are ISO 8601 in UTC unless the name says `unix`.
 */
import { z } from 'zod';
import { ChunkId, NodeId, Sha256Hex, StoreUuid, VideoId } from '../ids.ts';
import { Certificate, Grant, GRANT_STORES_MAX, ProposerId, Value } from '../paxos.ts';
import { CHUNK_BYTES_MAX } from '../units.ts';

export * from './metadata-nodes.ts';

const count = z.number().int().nonnegative();
const seconds = z.number().nonnegative();
const Url = z.url({ protocol: /^https?$/ });

/** One call for grants names at most this many sequences, so that a batch is one bounded transaction. */
export const GRANT_SEQUENCES_MAX = 256;
/** Sequences stay far below what a manifest can list in one chunk. */
export const SEQUENCE_MAX = 999_999;
export const TITLE_CHARS_MAX = 500;
export const VIDEOS_LIMIT_DEFAULT = 100;
export const VIDEOS_LIMIT_MAX = 1000;

export const RedundancyMode = z.enum(['replication', 'erasure_coding']);
export const VideoStatus = z.enum(['uploading', 'active', 'deleted']);
const Title = z.string().trim().min(1, 'a title has at least one character').max(TITLE_CHARS_MAX);
const Sequence = count.max(SEQUENCE_MAX);

/** A SHA-256 with or without V-Stack's prefix `sha256:`; parsed to the bare hex. */
export const Checksum = z
  .string()
  .transform((text) => text.replace(/^sha256:/, ''))
  .pipe(Sha256Hex);
export const formatChecksum = (sha256: Sha256Hex): string => `sha256:${sha256}`;

export const ServiceInfo = z.object({ message: z.string(), version: z.string() });
export const MetadataHealth = z.object({
  /** `degraded` while fewer nodes are healthy than new chunks have copies, or while rows are provisional. */
  status: z.enum(['healthy', 'degraded']),
  service: z.literal('metadata'),
  healthy_nodes: count,
  total_nodes: count,
  /** + Copies that the chunks of new videos get, or as many as nodes are healthy. */
  replica_count: count.optional(),
  /** `rebuilding`: rows are provisional and read-only until every known store has answered. */
  database_status: z.enum(['connected', 'rebuilding']),
});
export const MetadataStats = z.object({
  total_videos: count,
  total_chunks: count,
  total_replicas: count,
  healthy_nodes: count,
  service_version: z.string(),
});

/* Videos */

/** What a player needs beyond the chunks. Chunk 0 begins with the init segment, whose length this names. */
export const Media = z.object({
  /** Such as `video/mp4`. */
  mime: z.string().max(200),
  /** RFC 6381, comma separated, such as `avc1.64001f,mp4a.40.2`. */
  codecs: z.string().max(500),
  init_size_bytes: count.max(CHUNK_BYTES_MAX),
  /** Of the remux as a whole: all chunks in order, the init segment first. */
  sha256: Sha256Hex,
  size_bytes: count,
  width: count.optional(),
  height: count.optional(),
});

export const CreateVideoRequest = z.object({ title: Title, duration_sec: seconds.default(0) });
/**
 * `upload_url` is `/upload/<video_id>`, kept for V-Stack's clients, which read it as a name: no service answers there. The bytes of this
 * video go to the nodes under grants or by PUT, and are committed here; a whole file goes to the uploader's `POST /upload`, which creates a
 * video of its own.
 */
export const CreateVideoResponse = z.object({ video_id: VideoId, upload_url: z.string() });

/** `status` selects; by default only what can be played is listed, never half an upload. */
export const ListVideosQuery = z.object({
  limit: z.coerce.number().int().min(1).max(VIDEOS_LIMIT_MAX).default(VIDEOS_LIMIT_DEFAULT),
  offset: z.coerce.number().int().nonnegative().default(0),
  status: z.enum(['active', 'uploading', 'deleted', 'all']).default('active'),
  /** + Part of the title; case does not count, and no character has a special meaning. */
  search: z.string().trim().max(TITLE_CHARS_MAX).optional(),
});
/** + GET /videos/count, of all that `status` and `search` select. */
export const CountVideosQuery = ListVideosQuery.pick({ status: true, search: true });
export const CountVideosResponse = z.object({ count });
export const VideoRow = z.object({
  video_id: VideoId,
  title: z.string(),
  duration_sec: seconds,
  total_chunks: count,
  status: VideoStatus,
  created_at: z.string(),
  /** + Sum of its chunks' logical sizes. */
  size_bytes: count,
  /** + Every chunk has all the holders its mode asks for. */
  complete: z.boolean(),
  view_count: count,
  /** + How its chunks are stored; absent while it has none. */
  redundancy: z.enum(['replication', 'erasure_coding', 'mixed']).optional(),
  /** + Copies that its replicated chunks were promised. */
  replica_count: count.optional(),
  /** + As its media says; absent for videos that classic clients brought. */
  width: count.optional(),
  height: count.optional(),
  codecs: z.string().optional(),
  /** + Of a deleted video: until then POST /video/{id}/restore brings it back. Absent once it is gone for good. */
  restorable_until: z.string().optional(),
});
export const ListVideosResponse = z.array(VideoRow);

/**
 * `active` finalises: every sequence 0 … total_chunks − 1 must be committed, else 409. `uploading` on a video that is uploading says that
 * its uploader is alive. `deleted` is DELETE /video/{id}. A deleted video is
 * not set active but restored (POST /video/{id}/restore): an uploader that repeats its last call, because the answer was lost, must not
 * bring back what somebody deleted meanwhile.
 */
export const SetVideoStatusRequest = z.object({
  status: VideoStatus,
  total_chunks: count.optional(),
  duration_sec: seconds.optional(),
  media: Media.optional(),
});
/** `complete` (finalising): every chunk has N holders; else the upload is `completed, degraded` and repair goes on. */
export const VideoStatusResponse = z.object({
  status: VideoStatus,
  message: z.string(),
  video_id: VideoId,
  complete: z.boolean().optional(),
  /** + Of a deletion that can be undone: until when. */
  restorable_until: z.string().optional(),
});
/** + PATCH /video/{id} */
export const RenameVideoRequest = z.object({ title: Title });

export const ManifestUrls = z.object({
  node_id: NodeId,
  node_url: Url,
  /** Signed; valid until `expires_unix`. The manifest is asked again in time to refresh them. */
  url: Url,
  ping_url: Url,
  expires_unix: count,
});
export const ManifestFragment = z.object({
  fragment_id: z.string(),
  fragment_index: count,
  checksum: z.string(),
  node_url: Url,
  url: Url,
  ping_url: Url,
});
export const ManifestChunk = z.object({
  chunk_id: ChunkId,
  sequence_num: Sequence,
  size_bytes: count,
  checksum: z.string(),
  redundancy_mode: RedundancyMode,
  /** URLs of the nodes that hold the chunk, each verified, those that are up first. */
  replicas: z.array(Url),
  /** + Playing time that begins in this chunk; the chunks of one segment share out its time, and all of them add up to the video's. */
  duration_sec: seconds,
  start_sec: seconds,
  /** + Chunks with the same index belong to one segment, in order of sequence. */
  segment_index: count,
  generation: count,
  fragments: z.array(ManifestFragment),
  urls: z.array(ManifestUrls),
});
export const Manifest = z.object({
  video_id: VideoId,
  title: z.string(),
  duration_sec: seconds,
  total_chunks: count,
  /** The longest segment's duration: what a playlist calls its target duration. */
  chunk_duration_sec: seconds,
  /** The largest chunk's size. */
  chunk_size_bytes: count,
  created_at: z.string(),
  status: VideoStatus,
  /** + Counts finalise, rename, move and delete. */
  version: count,
  complete: z.boolean(),
  /** + Null for videos that classic clients brought. */
  media: Media.nullable(),
  chunks: z.array(ManifestChunk),
});

export const PopularityResponse = z.object({ video_id: VideoId, view_count: count });
export const ViewResponse = z.object({ status: z.literal('recorded'), message: z.string() });

/* Chunks */

/** The first `owner_id` to ask for an instance owns it; everyone gets the same grant. Only the owner may use round 0, once. */
export const GrantsRequest = z.object({
  video_id: VideoId,
  sequences: z.array(Sequence).min(1).max(GRANT_SEQUENCES_MAX),
  owner_id: ProposerId,
  redundancy_mode: RedundancyMode.default('replication'),
});
/** In the order of `sequences`: each chunk's newest open generation, or its committed one. */
export const GrantsResponse = z.object({ grants: z.array(Grant) });

/**
 * The next generation of a chunk, which closes `generation` and all before it. A caller that is behind is given the newest one.
 * Once the chunk is committed it must name the same `sha256` (a move or a repair), else 409.
 */
export const GenerationRequest = z.object({
  generation: count,
  owner_id: ProposerId,
  sha256: Sha256Hex.optional(),
  /** Nodes that the caller could not reach: the next generation goes elsewhere if it can. */
  unreachable_node_ids: z.array(NodeId).max(GRANT_STORES_MAX).default([]),
});
export const GenerationResponse = z.object({ grant: Grant });

export const FragmentMetadata = z.object({
  fragment_id: z.string().optional(),
  fragment_index: count,
  node_url: Url,
  size_bytes: count,
  checksum: Checksum,
});

export const CommitRequest = z.object({
  /** Required without a certificate: who holds the bytes. With one, the certificate says it. */
  node_urls: z.array(Url).max(GRANT_STORES_MAX).default([]),
  checksum: Checksum,
  size_bytes: count.max(CHUNK_BYTES_MAX),
  video_id: VideoId,
  sequence_num: Sequence,
  redundancy_mode: RedundancyMode.default('replication'),
  fragments_metadata: z.array(FragmentMetadata).nullish(),
  certificate: Certificate.optional(),
  /** + The chunk's place in the video; see the manifest. */
  duration_sec: seconds.optional(),
  start_sec: seconds.optional(),
  segment_index: count.optional(),
});
export const CommitResponse = z.object({
  success: z.boolean(),
  /** URLs of the nodes that are verified holders. */
  committed_nodes: z.array(Url),
  message: z.string(),
  /** + Every store of the grant holds its piece. */
  complete: z.boolean(),
});

/** + POST /chunk/{id}/abort: the certificate of a chosen ABORT; its generation is closed and no row is written. */
export const AbortRequest = z.object({ certificate: Certificate });
export const AbortResponse = z.object({ chunk_id: ChunkId, closed_through: count });

/** + POST /chunk/{id}/holders: ACKs that came after the commit. They need not be a quorum, but each must verify. */
export const HoldersRequest = z.object({ certificate: Certificate });
export const HoldersResponse = z.object({ chunk_id: ChunkId, holders: z.array(NodeId), complete: z.boolean() });

/** + POST /chunk/{id}/recover: an acceptor (or an uploader in doubt) asks that the instance be decided. Answered when it is. */
export const RecoverRequest = z.object({ generation: count });
export const RecoverResponse = z.object({ chunk_id: ChunkId, generation: count, value: Value.nullable() });

export const FragmentsResponse = z.object({
  chunk_id: ChunkId,
  fragments: z.array(
    z.object({
      fragment_id: z.string(),
      fragment_index: count,
      node_url: Url,
      size_bytes: count,
      checksum: z.string(),
      status: z.enum(['available', 'missing']),
    }),
  ),
});

/** As seen by asking the acceptors of the newest generation. Ballots are `round.proposerId`. */
export const ConsensusResponse = z.object({
  chunk_id: ChunkId,
  promised_ballot: z.string().nullable(),
  accepted_ballot: z.string().nullable(),
  accepted_value: Value.nullable(),
  phase: z.enum(['NONE', 'PREPARE', 'PROMISE', 'ACCEPT', 'ACK', 'COMMIT']),
  /** + */
  generation: count,
  acceptors: z.array(
    z.object({
      node_id: NodeId,
      store_uuid: StoreUuid,
      reachable: z.boolean(),
      promised_ballot: z.string().nullable(),
      accepted_ballot: z.string().nullable(),
      chosen: z.boolean(),
    }),
  ),
});

export type RedundancyMode = z.infer<typeof RedundancyMode>;
export type VideoStatus = z.infer<typeof VideoStatus>;
export type MetadataHealth = z.infer<typeof MetadataHealth>;
export type MetadataStats = z.infer<typeof MetadataStats>;
export type Media = z.infer<typeof Media>;
export type CreateVideoRequest = z.input<typeof CreateVideoRequest>;
export type CreateVideoResponse = z.infer<typeof CreateVideoResponse>;
export type ListVideosQuery = z.infer<typeof ListVideosQuery>;
export type VideoRow = z.infer<typeof VideoRow>;
export type SetVideoStatusRequest = z.infer<typeof SetVideoStatusRequest>;
export type VideoStatusResponse = z.infer<typeof VideoStatusResponse>;
export type ManifestUrls = z.infer<typeof ManifestUrls>;
export type ManifestFragment = z.infer<typeof ManifestFragment>;
export type ManifestChunk = z.infer<typeof ManifestChunk>;
export type Manifest = z.infer<typeof Manifest>;
export type GrantsRequest = z.input<typeof GrantsRequest>;
export type GrantsResponse = z.infer<typeof GrantsResponse>;
export type GenerationRequest = z.input<typeof GenerationRequest>;
export type GenerationResponse = z.infer<typeof GenerationResponse>;
export type CommitRequest = z.infer<typeof CommitRequest>;
/** What a sender writes: defaults may be left out, the checksum may carry its prefix. */
export type CommitRequestInput = z.input<typeof CommitRequest>;
export type CommitResponse = z.infer<typeof CommitResponse>;
export type HoldersResponse = z.infer<typeof HoldersResponse>;
export type RecoverResponse = z.infer<typeof RecoverResponse>;
export type FragmentsResponse = z.infer<typeof FragmentsResponse>;
export type ConsensusResponse = z.infer<typeof ConsensusResponse>;
