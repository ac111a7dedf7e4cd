import { describe, expect, it } from 'vitest';
import { createEventHub } from '../../../runtime/host/event-hub.ts';

describe('the event hub', () => {
  it('knows whether anybody listens, and tells when the first comes and the last goes', () => {
    const events = createEventHub();
    const told: boolean[] = [];
    events.onHeard('metrics:sample', (isHeard) => told.push(isHeard));
    const stops = [events.on('metrics:sample', () => {}), events.on('metrics:sample', () => {})];
    events.on('events:added', () => {});
    expect([events.isHeard('metrics:sample'), events.isHeard('videos:changed'), told]).toEqual([true, false, [true]]);
    for (const stop of stops) stop();
    stops[0]!();
    expect([events.isHeard('metrics:sample'), told]).toEqual([false, [true, false]]);
  });

  it('hands an event to every listener, also after one that throws', () => {
    const failed: string[] = [];
    const events = createEventHub((name) => failed.push(name));
    const heard: unknown[] = [];
    events.on('videos:changed', () => {
      throw new Error('on purpose');
    });
    events.on('videos:changed', (data) => heard.push(data));
    events.emit('videos:changed', { videoId: null });
    expect([failed, heard]).toEqual([['videos:changed'], [{ videoId: null }]]);
  });
});
