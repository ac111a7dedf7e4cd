/** Restores one video's rows from what the acceptors reported and from its newest manifest version. */
import { REPLICAS } from '../../core/placement/layout.ts';
import type { Context } from './context.ts';
import { transportOf } from './decide.ts';
import { placedValueOf } from './ledger.ts';
import { addHolders } from './holders.ts';
import { decodeManifest, type ManifestFile } from './manifest-file.ts';
import { sha256Hex } from '../../platform/crypto.ts';
import { decideChunks, parseChunkId, type ChunkHistory } from './rebuild-decisions.ts';
import { deleteChunk, getChunk, putChunk } from './store/chunks.ts';
import { deleteInstancesOfChunk, getInstance, insertInstance, type ChunkKind } from './store/grants.ts';
import { addJob } from './store/jobs.ts';
import { putManifestVersion } from './store/manifests.ts';
import { listReports, listReportsOfChunk } from './store/reports.ts';
import { putVideo, type Video } from './store/videos.ts';

type Restored = ChunkHistory & { kind: ChunkKind; sequenceNum: number };

const UNKNOWN_TITLE = '(title unknown)';

/** Classic clients' own chunk ids have their place in the video only in its manifest. */
const locate = (history: ChunkHistory, file: ManifestFile | undefined): Restored | undefined => {
  const listed = file?.chunks.find(({ chunk_id: chunkId }) => chunkId === history.chunkId);
  const parsed = parseChunkId(history.chunkId);
  if (listed) return { ...history, kind: 'chunk', sequenceNum: listed.sequence_num };
  return parsed && { ...history, kind: parsed.kind, sequenceNum: parsed.sequenceNum };
};

const readManifest = async (context: Context, { row, chunkId }: ChunkHistory): Promise<ManifestFile | undefined> => {
  if (row?.value.kind !== 'PLACED') return undefined;
  const { sha256 } = row.value;
  for (const holder of row.holders) {
    try {
      const bytes = await transportOf(context).read(row.grant.stores[holder.storeIndex]!, row.grant, { index: 0, sha256 }, context.signal);
      if (bytes && sha256Hex(bytes) === sha256) return decodeManifest(bytes);
    } catch (error) {
      context.log.warn({ err: error, chunk: chunkId, node: holder.nodeId }, 'a manifest version could not be read');
    }
  }
  return undefined;
};

/** The newest version that is decided (DELETED) or can be read, and what it says. */
const newestManifest = async (context: Context, versions: readonly Restored[]): Promise<{ version: number; file?: ManifestFile; isDeleted: boolean }> => {
  const decided = versions.filter(({ row }) => row).sort((a, b) => b.sequenceNum - a.sequenceNum);
  if (decided[0]?.row?.value.kind === 'DELETED') {
    // Only its title is still of interest, to whoever reads the log of deletions.
    const before = decided[1] && (await readManifest(context, decided[1]));
    return { version: decided[0].sequenceNum, isDeleted: true, ...(before && { file: before }) };
  }
  for (const version of decided) {
    const file = await readManifest(context, version);
    if (file) return { version: version.sequenceNum, file, isDeleted: false };
  }
  return { version: -1, isDeleted: false };
};

const restoreChunk = (context: Context, videoId: string, chunk: Restored, file: ManifestFile | undefined): void => {
  const { db, clock } = context;
  const nowMs = clock.wallMs();
  deleteChunk(db, chunk.chunkId);
  deleteInstancesOfChunk(db, chunk.chunkId);
  for (const instance of chunk.instances) {
    const { generation } = instance.grant;
    if (getInstance(db, chunk.chunkId, generation)) continue;
    const state = instance === chunk.row ? 'committed' : instance.value?.kind === 'ABORT' ? 'aborted' : 'closed';
    const { kind, sequenceNum, chunkId } = chunk;
    insertInstance(db, { chunkId, generation, videoId, sequenceNum, kind, state, grant: instance.grant, issuedMs: nowMs });
  }
  if (!chunk.row) return;
  const { grant, value, holders } = chunk.row;
  if (chunk.kind === 'manifest') {
    putManifestVersion(db, { videoId, version: chunk.sequenceNum, chunkId: chunk.chunkId, generation: grant.generation, value, decidedMs: nowMs });
  }
  if (value.kind !== 'PLACED') return;
  const listed = file?.chunks.find(({ chunk_id: chunkId }) => chunkId === chunk.chunkId);
  putChunk(db, {
    chunkId: chunk.chunkId,
    videoId,
    sequenceNum: chunk.sequenceNum,
    kind: chunk.kind,
    sha256: value.sha256,
    sizeBytes: value.size_bytes,
    redundancyMode: grant.k > 1 ? 'erasure_coding' : 'replication',
    fragmentSha256: value.fragment_sha256,
    generation: grant.generation,
    k: grant.k,
    m: grant.m,
    durationSec: listed?.duration_sec ?? null,
    startSec: listed?.start_sec ?? null,
    segmentIndex: listed?.segment_index ?? null,
    createdMs: nowMs,
  });
  const instance = getInstance(db, chunk.chunkId, grant.generation)!;
  addHolders(context, instance, placedValueOf(getChunk(db, chunk.chunkId)!), holders.map(({ storeUuid }) => storeUuid));
};

/** Replaces the video's rows by what is known now; asked again when further nodes have answered. */
export const restoreVideo = async (context: Context, videoId: string): Promise<void> => {
  const { db, clock, settings } = context;
  const named = decideChunks(listReports(db, videoId));
  const versions = named.flatMap((history) => {
    const parsed = parseChunkId(history.chunkId);
    return parsed?.kind === 'manifest' ? [{ ...history, ...parsed }] : [];
  });
  const { version, file, isDeleted } = await newestManifest(context, versions);
  // Classic clients make up chunk ids of their own: only the manifest says that they belong here.
  const known = new Set(named.map(({ chunkId }) => chunkId));
  const foreign = (file?.chunks ?? []).filter(({ chunk_id: chunkId }) => !known.has(chunkId));
  const histories = [...named, ...foreign.flatMap(({ chunk_id: chunkId }) => decideChunks(listReportsOfChunk(db, chunkId)))];
  const nowMs = clock.wallMs();
  const video: Video = {
    videoId,
    title: file?.title ?? UNKNOWN_TITLE,
    durationSec: file?.duration_sec ?? 0,
    status: isDeleted ? 'deleted' : (file?.status ?? 'uploading'),
    media: file?.media ?? null,
    manifestVersion: version,
    createdMs: file ? Date.parse(file.created_at) : nowMs,
    activityMs: nowMs,
    replicaCount: file ? (file.replica_count ?? REPLICAS) : settings.replicaCount,
    // When it was deleted is not known any more: whoever deleted it has the whole grace anew.
    restorableUntilMs: !isDeleted && file?.status === 'deleted' ? nowMs + settings.deleteGraceMs : null,
  };
  await db.write(() => {
    putVideo(db, video);
    for (const history of histories) {
      const chunk = locate(history, file);
      if (chunk) restoreChunk(context, videoId, chunk, file);
    }
    if (isDeleted) addJob(db, 'collect', videoId, 'the video was deleted', nowMs);
  });
};
