/** What a player is given: where the chunks are, as the rows and the nodes' states say now. */
import { fragmentIdOf } from '../../contract/ids.ts';
import { formatChecksum, type FragmentsResponse, type Manifest, type ManifestChunk, type ManifestUrls, type NodeStatus } from '../../contract/wire/metadata.ts';
import type { Context } from './context.ts';
import { toUnixSeconds } from './keys.ts';
import { VStackError } from '../../contract/errors.ts';
import { getChunk, listChunks, listPlacements, listVideoPlacements, type Chunk, type Placement } from './store/chunks.ts';
import { countRepairsOfVideo } from './store/jobs.ts';
import type { Node } from './store/nodes.ts';
import { requireVideo } from './videos.ts';

const statusOrder: Record<NodeStatus, number> = { healthy: 0, degraded: 1, down: 2 };

/** Verified holders, those that are up first. */
const holdersOf = ({ nodes }: Context, placements: readonly Placement[]): { placement: Placement; node: Node }[] =>
  placements
    .flatMap((placement) => {
      const node = nodes.get(placement.nodeId);
      return node ? [{ placement, node }] : [];
    })
    .sort((a, b) => statusOrder[nodes.statusOf(a.node)] - statusOrder[nodes.statusOf(b.node)]);

const createSigner = ({ keys, clock, settings }: Context) => {
  const expiresUnix = toUnixSeconds(clock.wallMs() + settings.signedUrlMs);
  const pings = new Map<string, string>();
  return {
    expiresUnix,
    sign: (node: Node, id: string): string => keys.signUrl(node.nodeUrl, `/chunk/${id}`, expiresUnix),
    ping(node: Node): string {
      let url = pings.get(node.nodeId);
      if (!url) pings.set(node.nodeId, (url = keys.signUrl(node.nodeUrl, '/ping', expiresUnix)));
      return url;
    },
  };
};

type Signer = ReturnType<typeof createSigner>;

const urlsOf = (context: Context, signer: Signer, chunk: Chunk, placements: readonly Placement[]): ManifestUrls[] =>
  holdersOf(context, placements).map(({ placement, node }) => ({
    node_id: node.nodeId,
    node_url: node.nodeUrl,
    url: signer.sign(node, chunk.k > 1 ? fragmentIdOf(chunk.chunkId, placement.pieceIndex) : chunk.chunkId),
    ping_url: signer.ping(node),
    expires_unix: signer.expiresUnix,
  }));

const describeChunk = (
  context: Context,
  signer: Signer,
  chunk: Chunk,
  placements: readonly Placement[],
  time: { startSec: number; durationSec: number },
): ManifestChunk => {
  const urls = urlsOf(context, signer, chunk, placements);
  const isErasureCoded = chunk.redundancyMode === 'erasure_coding';
  return {
    chunk_id: chunk.chunkId,
    sequence_num: chunk.sequenceNum,
    size_bytes: chunk.sizeBytes,
    checksum: formatChecksum(chunk.sha256),
    redundancy_mode: chunk.redundancyMode,
    replicas: urls.map((url) => url.node_url),
    duration_sec: time.durationSec,
    start_sec: time.startSec,
    segment_index: chunk.segmentIndex ?? chunk.sequenceNum,
    generation: chunk.generation,
    fragments: !isErasureCoded
      ? []
      : holdersOf(context, placements).map(({ placement, node }) => ({
          fragment_id: fragmentIdOf(chunk.chunkId, placement.pieceIndex),
          fragment_index: placement.pieceIndex,
          checksum: formatChecksum(chunk.fragmentSha256[placement.pieceIndex]!),
          node_url: node.nodeUrl,
          url: signer.sign(node, fragmentIdOf(chunk.chunkId, placement.pieceIndex)),
          ping_url: signer.ping(node),
        })),
    urls,
  };
};

/** The longest stretch of chunks that share a segment. */
const longestSegmentSec = (chunks: readonly ManifestChunk[]): number =>
  Math.max(0, ...[...Map.groupBy(chunks, (chunk) => chunk.segment_index).values()].map((segment) => segment.reduce((sum, chunk) => sum + chunk.duration_sec, 0)));

/** Throws `not_found` for an unknown or deleted video. */
export const buildManifest = (context: Context, videoId: string): Manifest => {
  const { db } = context;
  const video = requireVideo(context, videoId);
  if (video.status === 'deleted') throw new VStackError('not_found', `The video ${videoId} was deleted.`);
  const signer = createSigner(context);
  const placements = Map.groupBy(listVideoPlacements(db, videoId), (placement) => placement.chunkId);
  const rows = listChunks(db, videoId);
  // Classic clients do not say how long a chunk plays: the video's time is shared out evenly.
  const evenSec = rows.length === 0 ? 0 : video.durationSec / rows.length;
  let atSec = 0;
  const chunks = rows.map((chunk) => {
    const time = { startSec: chunk.startSec ?? atSec, durationSec: chunk.durationSec ?? evenSec };
    atSec = time.startSec + time.durationSec;
    return describeChunk(context, signer, chunk, placements.get(chunk.chunkId) ?? [], time);
  });
  return {
    video_id: videoId,
    title: video.title,
    duration_sec: video.durationSec,
    total_chunks: chunks.length,
    chunk_duration_sec: longestSegmentSec(chunks),
    chunk_size_bytes: Math.max(0, ...chunks.map((chunk) => chunk.size_bytes)),
    created_at: new Date(video.createdMs).toISOString(),
    status: video.status,
    version: Math.max(0, video.manifestVersion),
    complete: countRepairsOfVideo(db, videoId) === 0,
    media: video.media,
    chunks,
  };
};

/** The fragments of an erasure-coded chunk; none for a replicated one. Throws `not_found`. */
export const describeFragments = ({ db, nodes }: Context, chunkId: string): FragmentsResponse => {
  const chunk = getChunk(db, chunkId);
  if (!chunk) throw new VStackError('not_found', `${chunkId} is not committed.`);
  if (chunk.k === 1) return { chunk_id: chunkId, fragments: [] };
  const fragments = listPlacements(db, chunkId, chunk.generation).flatMap(({ nodeId, pieceIndex }) => {
    const node = nodes.get(nodeId);
    if (!node) return [];
    return [
      {
        fragment_id: fragmentIdOf(chunkId, pieceIndex),
        fragment_index: pieceIndex,
        node_url: node.nodeUrl,
        size_bytes: Math.ceil(chunk.sizeBytes / chunk.k),
        checksum: formatChecksum(chunk.fragmentSha256[pieceIndex]!),
        status: nodes.statusOf(node) === 'down' ? ('missing' as const) : ('available' as const),
      },
    ];
  });
  return { chunk_id: chunkId, fragments };
};
