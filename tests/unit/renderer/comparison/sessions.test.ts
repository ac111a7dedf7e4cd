import { expect, test } from 'vitest';
import { chunkP99Of, countedSessions, extraShareOf, loadSharesOf, victimShareOf } from '../../../../renderer/comparison/sessions.ts';
import { makeSession } from '../../../fixtures/comparison.ts';

const load = (...bytes: number[]) => bytes.map((size, index) => ({ nodeId: `node-${index + 1}`, bytes: size }));

test('only complete blocks count', () => {
  const sessions = [-1, 0, 1, 2].map((block) => makeSession({ block }));
  expect(countedSessions({ sessions, blockCount: 2 }).map(({ block }) => block)).toEqual([0, 1]);
});

test('shares are those of one client over all its sessions, and every node has its place', () => {
  const sessions = [makeSession({ load: load(30, 10) }), makeSession({ load: load(50, 10) }), makeSession({ client: 'naive', load: load(1, 1) })];
  expect(loadSharesOf(sessions, 'smart', ['node-1', 'node-2', 'node-3'])).toEqual([{ nodeId: 'node-1', share: 0.8 }, { nodeId: 'node-2', share: 0.2 }, { nodeId: 'node-3', share: 0 }]);
  expect(loadSharesOf([], 'smart', ['node-1'])).toEqual([{ nodeId: 'node-1', share: 0 }]);
});

test('the victim is another node in each session', () => {
  const sessions = [makeSession({ victimId: 'node-1', load: load(10, 90) }), makeSession({ victimId: 'node-2', load: load(70, 30) }), makeSession({ victimId: null, load: load(500, 0) })];
  expect(victimShareOf(sessions, 'smart')).toBeCloseTo(0.2);
  expect(victimShareOf(sessions, 'naive')).toBeNull();
});

test('a session tells its slowest chunks, and what it threw away', () => {
  expect(chunkP99Of({ chunkMs: [100, 200, 900] })).toBe(900);
  expect(chunkP99Of({ chunkMs: [] })).toBeNull();
  expect(extraShareOf({ wastedBytes: 5, deliveredBytes: 100 })).toBe(0.05);
  expect(extraShareOf({ wastedBytes: 5, deliveredBytes: 0 })).toBeNull();
});
