/**
 * Rebuild: the database is lost, the nodes are not. Every known node is asked for all its acceptor states; from them and from the manifest
 * versions come the videos, chunks and placements. Until each known node has answered, rows are provisional and nothing is written.
 *
 *   running ── all expected nodes answered, or a person says that no more will come ──► done
 */
import { VStackError } from '../../contract/errors.ts';
import { parseInstanceKey } from '../../contract/ids.ts';
import { AcceptorListing, LISTING_LIMIT_MAX } from '../../contract/wire/storage-node.ts';
import type { RebuildStatus } from '../../contract/wire/metadata.ts';
import type { Context } from './context.ts';
import { parseChunkId } from './rebuild-decisions.ts';
import { restoreVideo } from './rebuild-video.ts';
import { addEvent } from './store/events.ts';
import { getMeta, setMeta } from './store/meta.ts';
import type { Node } from './store/nodes.ts';
import { clearReports, listReportedVideos, putReport } from './store/reports.ts';

const RETRY_MS = 1000;

export interface Rebuild {
  isRunning(): boolean;
  status(): RebuildStatus;
  /** A person's word that the missing nodes will not come: what is known now stands. */
  finish(): Promise<void>;
  /** Resolves when no node is being read. */
  idle(): Promise<void>;
}

/** `expectedNodeIds`: every node that belongs to the cluster. Without any, the first `settleMs` are waited for nodes to register. */
export const createRebuild = (context: Context, expectedNodeIds: readonly string[], settleMs: number): Rebuild => {
  const { db, clock, nodes, client, log } = context;
  const expected = new Set(expectedNodeIds);
  const answered = new Set<string>();
  let state: RebuildStatus['state'] = getMeta(db, 'rebuild_id') === undefined ? 'none' : getMeta(db, 'rebuild_state') === 'done' ? 'done' : 'running';
  const startedMs = clock.nowMs();
  let tail: Promise<void> = Promise.resolve();

  const isRunning = (): boolean => state === 'running';
  const missing = (): string[] => [...new Set([...expected, ...nodes.all().map(({ nodeId }) => nodeId)])].filter((nodeId) => !answered.has(nodeId)).sort();

  const readNode = async (node: Node): Promise<void> => {
    for (let after: string | null = ''; after !== null; ) {
      const url: string = `${node.directUrl}/paxos?limit=${LISTING_LIMIT_MAX}&after=${encodeURIComponent(after)}`;
      const page = AcceptorListing.parse(await client.json(url, { signal: context.signal }));
      await db.write(() => {
        for (const status of page.states) {
          const key = parseInstanceKey(status.instance);
          if (!key || !status.grant) continue;
          const videoId = parseChunkId(key.chunkId)?.videoId ?? '';
          putReport(db, { ...key, incarnation: status.grant.incarnation, nodeId: node.nodeId, videoId, status });
        }
        for (const damaged of page.damaged) addEvent(db, clock.wallMs(), 'rebuild-damaged', node.nodeId, damaged);
      });
      after = page.next;
    }
  };

  const restoreAll = async (): Promise<void> => {
    for (const videoId of listReportedVideos(db)) {
      if (context.signal.aborted) return;
      if (videoId !== '') await restoreVideo(context, videoId);
    }
  };

  const complete = async (): Promise<void> => {
    await db.write(() => {
      setMeta(db, 'rebuild_state', 'done');
      clearReports(db);
      addEvent(db, clock.wallMs(), 'rebuild-done', [...answered].sort().join(', '), `missing: ${missing().join(', ') || 'none'}`);
    });
    state = 'done';
  };

  const completeIfAllAnswered = async (): Promise<void> => {
    if (!isRunning() || missing().length > 0 || answered.size === 0) return;
    if (expected.size === 0 && clock.nowMs() - startedMs < settleMs) return void clock.after(RETRY_MS, () => enqueue(completeIfAllAnswered));
    await complete();
  };

  const ask = async (node: Node): Promise<void> => {
    if (!isRunning() || context.signal.aborted || answered.has(node.nodeId)) return;
    try {
      await readNode(node);
    } catch (error) {
      log.warn({ err: error, node: node.nodeId }, 'a node could not be read for the rebuild yet');
      clock.after(RETRY_MS, () => enqueue(() => ask(nodes.get(node.nodeId) ?? node)));
      return;
    }
    answered.add(node.nodeId);
    await db.write(() => addEvent(db, clock.wallMs(), 'rebuild-node', node.nodeId, 'answered'));
    await restoreAll();
    await completeIfAllAnswered();
  };

  const enqueue = (work: () => Promise<void>): void => {
    tail = tail.then(work).catch((error: unknown) => {
      if (!context.signal.aborted) log.error({ err: error }, 'a step of the rebuild failed');
    });
  };

  if (isRunning()) {
    nodes.onRegistered((node) => enqueue(() => ask(node)));
    for (const node of nodes.all()) enqueue(() => ask(node));
  }

  return {
    isRunning,
    status: () => ({
      state,
      nodes_answered: [...answered].sort(),
      nodes_missing: isRunning() ? missing() : [],
      videos: db.get<{ n: number }>('SELECT COUNT(*) AS n FROM videos')!.n,
      chunks: db.get<{ n: number }>(`SELECT COUNT(*) AS n FROM chunks WHERE kind = 'chunk'`)!.n,
    }),
    finish: () =>
      new Promise((resolve, reject) => {
        enqueue(async () => {
          if (!isRunning()) return reject(new VStackError('not_running', 'No rebuild is running.'));
          await complete();
          resolve();
        });
      }),
    idle: () => tail,
  };
};
