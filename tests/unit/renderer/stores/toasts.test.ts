import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { GOOD_NEWS_MS, UNDO_MS, useToastStore } from '../../../../renderer/stores/toasts.ts';
import { VStackError } from '../../../../runtime/contract/errors.ts';

let toasts: ReturnType<typeof useToastStore>;
const titles = (): string[] => toasts.toasts.map((toast) => toast.title);

beforeEach(() => {
  vi.useFakeTimers();
  setActivePinia(createPinia());
  toasts = useToastStore();
});
afterEach(() => vi.useRealTimers());

test('good news leaves by itself, a failure stays until it is closed', () => {
  toasts.succeed('Done');
  toasts.fail('Not done', new Error('no reason'));
  vi.advanceTimersByTime(GOOD_NEWS_MS);
  expect(titles()).toEqual(['Not done']);
  toasts.dismiss(toasts.toasts[0]!.id);
  expect(titles()).toEqual([]);
});

test('what was cancelled is no failure', () => {
  toasts.fail('Launch', new VStackError('cancelled', 'The launch was cancelled.'));
  expect(titles()).toEqual([]);
});

test('the same failure again counts up instead of filling the page', () => {
  for (let time = 0; time < 3; time++) toasts.fail('Pause node-1', new Error('not supported'));
  toasts.fail('Pause node-1', new Error('another reason'));
  expect(toasts.toasts.map((toast) => [toast.detail, toast.count])).toEqual([['not supported', 3], ['another reason', 1]]);
});

test('only a few are shown; the oldest goes first', () => {
  for (const title of ['a', 'b', 'c', 'd', 'e']) toasts.fail(title, title);
  expect(titles()).toEqual(['b', 'c', 'd', 'e']);
});

test('none leaves while they are held, and each begins its time anew afterwards', () => {
  toasts.succeed('One');
  vi.advanceTimersByTime(GOOD_NEWS_MS - 1);
  toasts.hold();
  toasts.succeed('Two');
  vi.advanceTimersByTime(60_000);
  expect(titles()).toEqual(['One', 'Two']);
  toasts.release();
  vi.advanceTimersByTime(GOOD_NEWS_MS - 1);
  expect(titles()).toEqual(['One', 'Two']);
  vi.advanceTimersByTime(1);
  expect(titles()).toEqual([]);
});

describe('what can be undone', () => {
  test('is undone once, closes its toast, and says so to whoever waits', async () => {
    const undo = vi.fn();
    const isUndone = toasts.undoable('Harbour was deleted', undo);
    expect(toasts.toasts[0]!.action!.label).toBe('Undo');
    toasts.act(toasts.toasts[0]!.id);
    expect(await isUndone).toBe(true);
    expect(undo).toHaveBeenCalledTimes(1);
    expect(titles()).toEqual([]);
  });

  test.each([
    ['when its time is over', () => vi.advanceTimersByTime(UNDO_MS)],
    ['when it is closed', () => toasts.dismiss(toasts.toasts[0]!.id)],
    ['when newer ones push it out', () => ['a', 'b', 'c', 'd'].forEach((title) => toasts.fail(title, title))],
  ])('is final %s', async (_when, leave) => {
    const undo = vi.fn();
    const isUndone = toasts.undoable('Harbour was deleted', undo);
    leave();
    expect(await isUndone).toBe(false);
    expect(undo).not.toHaveBeenCalled();
  });

  test('tells when the way back fails', async () => {
    void toasts.undoable('Harbour was deleted', () => Promise.reject(new Error('already collected')));
    toasts.act(toasts.toasts[0]!.id);
    await vi.advanceTimersByTimeAsync(0);
    expect(toasts.toasts[0]).toMatchObject({ title: 'Harbour was deleted; it could not be undone', detail: 'already collected' });
  });

  test('is never merged with another of the same name', () => {
    void toasts.undoable('Deleted', () => undefined);
    void toasts.undoable('Deleted', () => undefined);
    expect(toasts.toasts).toHaveLength(2);
  });
});
