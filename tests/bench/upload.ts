/**
 * Real uploads end to end: 60 s of 720p (about 9 MB) and a file of about 1 GB, from the request to `completed`; memory of every process
 * meanwhile; and the large one as a ratio to writing the same bytes three times with a sync. Needs ffmpeg to make its files.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, fdatasyncSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newDataDir, removeDataDir, startClusterProcess, type ClusterProcess } from '../fixtures/cluster-process.ts';
import { median, printFigures, type Figure } from './lib/figures.ts';
import { nameOf, watchMemory } from './lib/process-memory.ts';

const SMALL_RUNS = 7;
const LARGE_BYTES = Number(process.env.VSTACK_BENCH_LARGE_BYTES ?? 1e9);
const MB = 1e6;

const scratch = mkdtempSync(join(tmpdir(), 'vstack-bench-upload-'));
const ffmpeg = (...args: string[]): void => {
  const { status, stderr } = spawnSync('ffmpeg', ['-v', 'error', '-y', ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ffmpeg is needed to make the files of this benchmark: ${stderr}`);
};

/** 60 s of moving 1280×720 at about 1.2 Mbit/s, key frame every 2 s. */
const small = join(scratch, 'small.mp4');
ffmpeg('-f', 'lavfi', '-i', 'testsrc2=size=1280x720:rate=30', '-f', 'lavfi', '-i', 'sine=frequency=440', '-t', '60', '-c:v', 'libx264', '-preset', 'veryfast', '-b:v', '1100k', '-minrate', '1100k', '-maxrate', '1100k', '-bufsize', '2200k', '-x264-params', 'nal-hrd=cbr', '-g', '60', '-pix_fmt', 'yuv420p', '-c:a', 'aac', '-b:a', '96k', small);
const large = join(scratch, 'large.mp4');
ffmpeg('-stream_loop', String(Math.ceil(LARGE_BYTES / statSync(small).size) - 1), '-i', small, '-c', 'copy', large);

const timeUpload = async (cluster: ClusterProcess, path: string): Promise<number> => {
  const startedMs = performance.now();
  const ended = await cluster.uploadEnd(await cluster.startUpload(path, 'bench'));
  if (ended.status !== 'completed') throw new Error(`the upload ended as ${ended.status}: ${ended.error}`);
  return performance.now() - startedMs;
};

/** The floor: the same bytes written to three files, 2 MiB at a time, each piece synced. */
const timePlainWrite = (path: string): number => {
  const bytes = readFileSync(path);
  const files = [0, 1, 2].map((index) => openSync(join(scratch, `copy-${index}`), 'w'));
  const startedMs = performance.now();
  for (let at = 0; at < bytes.length; at += 2 ** 21) {
    for (const file of files) writeSync(file, bytes, at, Math.min(2 ** 21, bytes.length - at));
    for (const file of files) fdatasyncSync(file);
  }
  const tookMs = performance.now() - startedMs;
  for (const [index, file] of files.entries()) {
    closeSync(file);
    rmSync(join(scratch, `copy-${index}`));
  }
  return tookMs;
};

const dataDir = newDataDir();
const cluster = await startClusterProcess({ nodes: 5, dataDir });
const figures: Figure[] = [];
try {
  await timeUpload(cluster, small);
  const times: number[] = [];
  for (let run = 0; run < SMALL_RUNS; run++) times.push(await timeUpload(cluster, small));
  const smallMb = statSync(small).size / MB;
  figures.push({ name: `upload of 60 s of 720p, ${smallMb.toFixed(1)} MB`, value: median(times) / 1000, unit: 's', target: '≤ 0.6 s', note: `median of ${SMALL_RUNS}, worst ${(Math.max(...times) / 1000).toFixed(2)} s; in place, to completed` });

  const largeMb = statSync(large).size / MB;
  const plainMs = [timePlainWrite(large)];
  const pids = [cluster.hostPid, ...cluster.childPids()];
  const peaks = watchMemory(pids);
  const uploadMs = await timeUpload(cluster, large);
  const memory = peaks();
  plainMs.push(timePlainWrite(large));
  figures.push(
    { name: `upload of ${largeMb.toFixed(0)} MB`, value: largeMb / (uploadMs / 1000), unit: 'MB/s', note: `${(uploadMs / 1000).toFixed(1)} s, three replicas` },
    { name: 'the same bytes written three times with syncs', value: largeMb / (median(plainMs) / 1000), unit: 'MB/s', note: 'one process, 2 MiB pieces, before and after' },
    { name: 'ratio', value: median(plainMs) / uploadMs, unit: '×' },
  );
  for (const pid of pids) figures.push({ name: `peak memory of ${nameOf(pid)} (${pid === cluster.hostPid ? 'host' : 'child'})`, value: (memory.get(pid) ?? 0) / MB, unit: 'MB' });
} finally {
  await cluster.stop();
  removeDataDir(dataDir);
  rmSync(scratch, { recursive: true, force: true });
}
printFigures('Upload', figures);
