import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLinkSender, type LinkSender, type PendingChange } from '../../../../renderer/stores/link-sender.ts';

const STEP_MS = 100;
let sent: PendingChange[];
/** How the host answers; by default at once. */
let answer: (change: PendingChange) => Promise<void>;
let sender: LinkSender;

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  answer = () => Promise.resolve();
  sender = createLinkSender({
    stepMs: STEP_MS,
    onPending: () => undefined,
    send: (change) => {
      sent.push(structuredClone({ nodeIds: change.nodeIds, change: change.change }));
      return answer(change);
    },
  });
});
afterEach(() => vi.useRealTimers());

const latency = (ms: number) => ({ toNode: { latencyMs: ms } });
const sentMs = (): unknown[] => sent.map(({ change }) => change.toNode?.latencyMs);

test('the first change leaves at once, those of a drag at most every step, and always the last', async () => {
  for (let ms = 1; ms <= 33; ms++) {
    void sender.push(['node-2'], latency(ms));
    await vi.advanceTimersByTimeAsync(10);
  }
  await vi.advanceTimersByTimeAsync(STEP_MS);
  expect(sentMs()).toEqual([1, 10, 20, 30, 33]);
  expect(sender.pending()).toEqual([]);
});

test('figures that were set together leave together', async () => {
  void sender.push('all', latency(1));
  void sender.push('all', { toNode: { jitterMs: 2 } });
  void sender.push('all', { partition: 'both' });
  await vi.advanceTimersByTimeAsync(STEP_MS);
  expect(sent.map(({ change }) => change)).toEqual([latency(1), { toNode: { jitterMs: 2 }, partition: 'both' }]);
});

test('changes of different links keep their order and do not run into each other', async () => {
  void sender.push(['node-1'], latency(1));
  void sender.push(['node-1'], latency(2));
  void sender.push('all', latency(3));
  void sender.push(['node-1'], latency(4));
  await vi.advanceTimersByTimeAsync(5 * STEP_MS);
  expect(sent.map(({ nodeIds, change }) => [String(nodeIds), change.toNode!.latencyMs])).toEqual([['node-1', 1], ['node-1', 2], ['all', 3], ['node-1', 4]]);
});

test('a slow host is asked again only when it has answered, with the last value', async () => {
  let free = (): void => undefined;
  answer = () => new Promise((resolve) => (free = resolve));
  void sender.push('all', latency(1));
  for (let ms = 2; ms <= 9; ms++) {
    void sender.push('all', latency(ms));
    await vi.advanceTimersByTimeAsync(STEP_MS);
  }
  expect(sentMs()).toEqual([1]);
  expect(sender.pending().map(({ change }) => change.toNode!.latencyMs)).toEqual([1, 9]);
  free();
  await vi.advanceTimersByTimeAsync(0);
  expect(sentMs()).toEqual([1, 9]);
});

test('whoever waits hears how it went, all that were merged alike; the next one is sent all the same', async () => {
  void sender.push('all', latency(1));
  const outcomes = Promise.allSettled([sender.push('all', latency(2)), sender.push('all', latency(3)), sender.push(['node-1'], latency(4))]);
  answer = ({ nodeIds }) => (nodeIds === 'all' ? Promise.reject(new Error('refused')) : Promise.resolve());
  await vi.advanceTimersByTimeAsync(3 * STEP_MS);
  expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
  expect(sender.pending()).toEqual([]);
});

test('links that are set one after the other do not wait for each other', async () => {
  for (const number of [1, 2, 3]) void sender.push([`node-${number}`], latency(number));
  await vi.advanceTimersByTimeAsync(0);
  expect(sentMs()).toEqual([1, 2, 3]);
});

test('what was dropped is never sent, and nobody waits for it', async () => {
  void sender.push('all', latency(1));
  const dropped = sender.push('all', latency(2));
  sender.drop();
  await vi.advanceTimersByTimeAsync(5 * STEP_MS);
  await dropped;
  expect(sentMs()).toEqual([1]);
});
