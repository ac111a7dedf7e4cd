import { afterEach, expect, test, vi } from 'vitest';
import { whileVisible } from '../../../../renderer/stores/while-visible.ts';

afterEach(() => vi.unstubAllGlobals());

const stubPage = (visibilityState: string) => {
  const page = Object.assign(new EventTarget(), { visibilityState });
  vi.stubGlobal('document', page);
  return (next: string): void => {
    page.visibilityState = next;
    page.dispatchEvent(new Event('visibilitychange'));
  };
};
const follow = () => {
  const told: string[] = [];
  const end = whileVisible(() => {
    told.push('start');
    return () => told.push('stop');
  });
  return { told, end };
};

test('a page that is hidden lets go of it, and takes it up again when it is seen', () => {
  const become = stubPage('visible');
  const { told, end } = follow();
  become('hidden');
  become('visible');
  end();
  become('hidden');
  become('visible');
  expect(told).toEqual(['start', 'stop', 'start', 'stop']);
});

test('a page that was opened in the background waits until it is seen', () => {
  const become = stubPage('hidden');
  const { told, end } = follow();
  expect(told).toEqual([]);
  become('visible');
  expect(told).toEqual(['start']);
  end();
});

test('where there is no page it begins at once', () => {
  const { told, end } = follow();
  end();
  expect(told).toEqual(['start', 'stop']);
});
