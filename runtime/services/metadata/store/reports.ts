import { AcceptorStatus } from '../../../contract/paxos.ts';
import type { Database } from '../../../platform/sqlite.ts';

/** What one store said about one instance while the database was rebuilt. */
export interface Report {
  chunkId: string;
  generation: number;
  incarnation: string;
  nodeId: string;
  videoId: string;
  status: AcceptorStatus;
}

interface Row {
  chunk_id: string;
  generation: number;
  incarnation: string;
  node_id: string;
  video_id: string;
  status: string;
}

export const putReport = (db: Database, report: Report): void => {
  db.run(
    'INSERT OR REPLACE INTO reports (chunk_id, generation, incarnation, node_id, video_id, status) VALUES (?, ?, ?, ?, ?, ?)',
    report.chunkId,
    report.generation,
    report.incarnation,
    report.nodeId,
    report.videoId,
    JSON.stringify(report.status),
  );
};

export const listReportedVideos = (db: Database): string[] =>
  db.all<{ video_id: string }>('SELECT DISTINCT video_id FROM reports ORDER BY video_id').map((row) => row.video_id);

const toReport = (row: Row): Report => ({
  chunkId: row.chunk_id,
  generation: row.generation,
  incarnation: row.incarnation,
  nodeId: row.node_id,
  videoId: row.video_id,
  status: AcceptorStatus.parse(JSON.parse(row.status)),
});

/** Of the chunks whose ids name this video. */
export const listReports = (db: Database, videoId: string): Report[] => db.all<Row>('SELECT * FROM reports WHERE video_id = ?', videoId).map(toReport);

export const listReportsOfChunk = (db: Database, chunkId: string): Report[] => db.all<Row>('SELECT * FROM reports WHERE chunk_id = ?', chunkId).map(toReport);

export const clearReports = (db: Database): void => void db.run('DELETE FROM reports');
