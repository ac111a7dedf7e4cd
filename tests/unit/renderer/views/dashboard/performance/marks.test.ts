import { expect, test } from 'vitest';
import { marksOf } from '../../../../../../renderer/views/dashboard/performance/marks.ts';
import type { Happening } from '../../../../../../runtime/contract/control/happenings.ts';

const happening = (kind: Happening['kind'], text: string, subject: string | null = null): Happening => ({ id: 1, atMs: 5, kind, tone: 'bad', subject, text });

test('what explains a curve stands on the time axis, in words that name whom it is about', () => {
  expect(marksOf([happening('process-died', 'died, restart 1', 'node-3'), happening('fail-over', 'fail-over from node-2 to node-1', 'node-2'), happening('cluster-ready', 'Cluster ready')])).toEqual([
    { atMs: 5, tone: 'bad', label: 'node-3: died, restart 1' },
    { atMs: 5, tone: 'bad', label: 'fail-over from node-2 to node-1' },
    { atMs: 5, tone: 'bad', label: 'Cluster ready' },
  ]);
});

test('what moves no curve does not', () => {
  expect(marksOf([happening('upload-completed', 'stored'), happening('video-deleted', 'deleted'), happening('cluster-launching', 'launching')])).toEqual([]);
});
