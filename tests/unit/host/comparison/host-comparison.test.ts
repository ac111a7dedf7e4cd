import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { calls } from '../../../../runtime/contract/control/index.ts';
import { createHostComparison } from '../../../../runtime/host/comparison/host-comparison.ts';
import { createEventHub } from '../../../../runtime/host/event-hub.ts';
import type { Network } from '../../../../runtime/host/network/network.ts';
import { createManualClock } from '../../../../runtime/platform/clock.ts';
import { silentLogger } from '../../../../runtime/platform/log.ts';
import type { Supervisor } from '../../../../runtime/supervisor/api.ts';
import { createFakeNet } from '../../../fixtures/fake-lab.ts';
import { makeReport } from '../../../fixtures/comparison.ts';
import { writeJsonFile } from '../../../../runtime/platform/files.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vstack-host-comparison-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const context = { signal: new AbortController().signal };

const create = () => {
  const clock = createManualClock();
  const { net, supervisor } = createFakeNet();
  const asked: string[] = [];
  const network = { status: () => ({ isReady: true, links: [], run: null }), mute: () => {}, play: () => Promise.resolve(), stopRun: () => Promise.resolve() } as unknown as Network;
  const comparison = createHostComparison({
    folder, projectRoot: undefined, network, events: createEventHub(), clock, log: silentLogger(), report: () => {},
    supervisor: { ...supervisor, keys: { clusterSecret: 'a'.repeat(64) }, startHelper: () => new Promise(() => {}) } as unknown as Supervisor,
    // The video is never found: a comparison stays in its preparation until it is stopped.
    client: () => ({ call: (_name, _input, options) => new Promise((_resolve, reject) => options!.signal!.addEventListener('abort', () => reject(new Error('aborted')), { once: true })) }),
  });
  const plain = Object.fromEntries(['network:show', 'network:set', 'network:apply-profile', 'network:reset', 'scenarios:run', 'scenarios:stop', 'network:profiles'].map((name) => [name, () => asked.push(name)]));
  const guarded = comparison.guard(plain as never) as unknown as Record<string, (input: unknown, context: unknown) => unknown>;
  return { net, comparison, guarded, asked };
};

describe("a host's comparison", () => {
  it('keeps the network as it is while it runs; looking at it stays possible', () => {
    const { comparison, guarded, asked } = create();
    guarded['network:set']!({}, context);
    comparison.handlers['comparison:start'](calls['comparison:start'].input.parse({ conditionId: 'healthy' }));
    for (const name of ['network:set', 'network:apply-profile', 'scenarios:run']) expect(() => guarded[name]!({}, context), name).toThrow(/A comparison sets the links at the moment/);
    guarded['network:show']!({}, context);
    guarded['network:profiles']!({}, context);
    expect(asked).toEqual(['network:set', 'network:show', 'network:profiles']);
    void comparison.handlers['comparison:stop']();
  });

  it('ends when somebody wants the network back to normal', async () => {
    const { comparison, guarded, asked } = create();
    comparison.handlers['comparison:start'](calls['comparison:start'].input.parse({ conditionId: 'healthy' }));
    expect(comparison.handlers['comparison:status']().phase).toBe('preparing');
    const reset = guarded['network:reset']!({}, context);
    expect(comparison.handlers['comparison:status']().phase).toBe('stopping');
    expect(asked).toEqual([]);
    await reset;
    expect(asked).toEqual(['network:reset']);
    expect(comparison.handlers['comparison:status']().phase).toBe('stopped');
    guarded['network:set']!({}, context);
  });

  it('lists conditions and clients that its own contract accepts', () => {
    const { comparison } = create();
    const told = calls['comparison:conditions'].output.parse(comparison.handlers['comparison:conditions']());
    expect(told.conditions.filter(({ isMain }) => isMain).map(({ id }) => id)).toEqual(['one-slow-node', 'healthy']);
    expect(told.clients.map(({ id }) => id)).toEqual(['smart', 'naive', 'naive-retry', 'random-two', 'oracle']);
  });

  it('gives saved reports out, and deletes them', async () => {
    const { comparison: { handlers } } = create();
    const report = makeReport({ blockCount: 1 });
    await writeJsonFile(join(folder, `${report.id}.json`), report);
    expect((await handlers['comparison:reports']({ limit: 5 })).reports.map(({ id }) => id)).toEqual([report.id]);
    expect(await handlers['comparison:report']({ id: report.id })).toEqual(report);
    expect(await handlers['comparison:export']({ id: report.id, format: 'csv' })).toMatchObject({ filename: `${report.id}.csv`, mediaType: 'text/csv' });
    await handlers['comparison:delete-report']({ id: report.id });
    await expect(handlers['comparison:report']({ id: report.id })).rejects.toMatchObject({ code: 'not_found' });
    await expect(handlers['comparison:export']({ id: report.id, format: 'json' })).rejects.toMatchObject({ code: 'not_found' });
  });
});
