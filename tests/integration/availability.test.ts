/** With real processes: what the heartbeats say of a node that is killed and paused must be what its supervisor says, to 99 %. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createMeters } from '../../runtime/host/metrics/meters.ts';
import { systemClock } from '../../runtime/platform/clock.ts';
import type { Supervisor } from '../../runtime/supervisor/api.ts';
import { createDataDir, eventually, openSupervisor, quickPolicy } from '../fixtures/supervision/cluster-fixture.ts';

const AGREEMENT = 0.01;

/**
 * The supervisor counts a child as ready once it has seen its port answer, which takes a busy machine a while, and an end is known to half an
 * interval. Such errors are over in a moment, so the two come together soon; a pause or a death that was missed keeps them apart for minutes.
 */
const AGREE_MS_MAX = 45_000;
/** Beats ten times as quick as in life, for precision in a short time; patience as in life, for a machine that does much else. */
const policy = { ...quickPolicy, beatMs: 100, lateMs: 3000, muteMs: 20_000 };
const PAUSED_MS = 5000;

let remove: () => Promise<void>;
let supervisor: Supervisor;
let beatCount = 0;
const meters = createMeters(systemClock, { beatMs: policy.beatMs, gapMsMax: policy.lateMs });

beforeEach(async () => {
  const { dataDir, remove: removeDataDir } = await createDataDir();
  remove = removeDataDir;
  ({ supervisor } = await openSupervisor(dataDir, {
    policy,
    onEvent(event) {
      meters.take(event);
      if (event.kind === 'beat' && event.name === 'node-2') beatCount += 1;
    },
  }));
});
afterEach(async () => {
  await supervisor.close();
  await remove();
});

const statusOf = (name: string) => supervisor.status().children.find((child) => child.name === name)!;
const untilReady = (name: string) => eventually(() => statusOf(name), ({ phase }) => phase === 'ready');
const untilBeats = (count: number) => eventually(() => beatCount, (seen) => seen >= count, 60_000);

it.skipIf(process.platform === 'win32')('agree about nodes that were killed, paused, stopped and left alone', async () => {
  await supervisor.launch({ nodeCount: 3 });
  await untilBeats(30);
  process.kill(statusOf('node-2').pid!, 'SIGKILL');
  await eventually(() => statusOf('node-2'), ({ restartCount, phase }) => restartCount >= 1 && phase === 'ready');
  await untilBeats(90);

  const pausedAtMs = systemClock.nowMs();
  await supervisor.node('node-2').pause();
  await eventually(() => systemClock.nowMs(), (nowMs) => nowMs - pausedAtMs > PAUSED_MS);
  await supervisor.node('node-2').resume();
  await supervisor.node('node-3').stop();
  await untilBeats(150);
  await supervisor.node('node-3').start();
  await supervisor.node('node-2').kill();
  await untilReady('node-2');

  const names = ['node-1', 'node-2', 'node-3', 'metadata', 'links', 'uploader'];
  const look = () => names.map((name) => ({ name, beats: meters.availability(name)!, supervisor: statusOf(name).availability }));
  const agreed = await eventually(look, (rows) => rows.every(({ beats, supervisor: own }) => Math.abs(beats - own) < AGREEMENT), AGREE_MS_MAX);
  const [undisturbed, disturbed] = agreed;
  expect(disturbed!.beats, JSON.stringify(agreed)).toBeLessThan(undisturbed!.beats - 2 * AGREEMENT);
});
