import { describe, expect, it } from 'vitest';
import { VStackError } from '../../../../runtime/contract/errors.ts';
import { isSameLink, normalLink } from '../../../../runtime/contract/link.ts';
import { createField } from '../../../../runtime/host/comparison/field.ts';
import { baseLinkOf, conditionOf, victimLinkOf } from '../../../../runtime/lab/comparison/conditions.ts';
import { createManualClock } from '../../../../runtime/platform/clock.ts';
import { createFakeNet, settle } from '../../../fixtures/fake-lab.ts';

const create = () => {
  const clock = createManualClock();
  const { net, supervisor } = createFakeNet();
  return { clock, net, field: createField({ supervisor, clock }) };
};
const areNormal = ({ settings }: ReturnType<typeof createFakeNet>['net']): boolean => [...settings.values()].every((own) => isSameLink(own, normalLink));

describe('the network of a comparison', () => {
  it('is set for a session: every link to the condition, the victim otherwise where its fault is there from the start', async () => {
    const { net, field } = create();
    const condition = conditionOf('one-slow-node');
    await field.prepare(condition, 'node-3');
    for (const [nodeId, own] of net.settings) expect(own).toEqual(nodeId === 'node-3' ? victimLinkOf(condition) : baseLinkOf(condition));
    await field.prepare(conditionOf('healthy'), null);
    expect(new Set(net.settings.values()).size).toBe(1);
  });

  it('kills a node for good, and has it back afterwards', async () => {
    const { net, field } = create();
    await field.prepare(conditionOf('node-killed'), null);
    await field.strike(conditionOf('node-killed'), 'node-2');
    expect(net.done).toEqual(['set', 'kill node-2', 'stop node-2']);
    expect(field.truth().find(({ nodeId }) => nodeId === 'node-2')).toMatchObject({ isRunning: false });
    await field.restore();
    expect(net.done.slice(3)).toEqual(['set', 'start node-2']);
    expect(areNormal(net)).toBe(true);
    expect(field.truth().every(({ isRunning }) => isRunning)).toBe(true);
    // Once undone it is not undone again.
    await field.restore();
    expect(net.done.filter((what) => what === 'start node-2')).toHaveLength(1);
  });

  it('pauses and resumes, cuts and heals', async () => {
    const { net, field } = create();
    await field.strike(conditionOf('node-paused'), 'node-1');
    expect(net.phases.get('node-1')).toBe('paused');
    await field.restore();
    expect(net.phases.get('node-1')).toBe('ready');
    await field.strike(conditionOf('node-partitioned'), 'node-4');
    expect(net.settings.get('node-4')).toMatchObject({ partition: 'both', toClient: { bitsPerSecond: 12e6 } });
    await field.restore();
    expect(areNormal(net)).toBe(true);
  });

  it('sets everything back it can, and then tells what it could not', async () => {
    const { net, field } = create();
    await field.prepare(conditionOf('node-paused'), null);
    await field.strike(conditionOf('node-paused'), 'node-1');
    net.failure = { at: 'resume node-1', error: new VStackError('not_running', 'node-1 is gone') };
    await expect(field.restore()).rejects.toMatchObject({ code: 'not_running' });
    expect(areNormal(net)).toBe(true);
  });

  it('leaves nodes alone that it did not touch', async () => {
    const { net, field } = create();
    net.phases.set('node-5', 'stopped');
    await field.restore();
    expect(net.done).toEqual(['set']);
  });

  it('is not there without a cluster, and not whole while a node is away', () => {
    const { net, field } = create();
    expect(field.nodeIds()).toHaveLength(5);
    net.phases.set('node-2', 'paused');
    expect(() => field.nodeIds()).toThrow(/node-2 is paused.*start it/);
    net.clusterPhase = 'stopped';
    expect(() => field.nodeIds()).toThrow(expect.objectContaining({ code: 'not_running' }));
  });

  it('waits until nothing is held and next to nothing moves, three looks in a row', async () => {
    const { net, field, clock } = create();
    const look = async (change: Partial<typeof net>): Promise<void> => {
      Object.assign(net, change);
      clock.advance(100);
      await settle();
    };
    let isQuiet = false;
    void field.untilQuiet(new AbortController().signal).then(() => (isQuiet = true));
    await settle();
    await look({ heldBytes: 500 });
    await look({ heldBytes: 0 });
    await look({});
    await look({ passedBytes: 100_000 });
    await look({ passedBytes: 101_000 });
    await look({});
    expect(isQuiet).toBe(false);
    await look({});
    expect(isQuiet).toBe(true);
  });

  it('gives up when somebody else goes on using the links, and at once when nobody waits any more', async () => {
    const { net, field, clock } = create();
    const busy = field.untilQuiet(new AbortController().signal).catch((error: unknown) => error);
    for (let look = 0; look < 220; look++) {
      await settle(8);
      net.passedBytes += 50_000;
      clock.advance(100);
    }
    expect(await busy).toMatchObject({ code: 'conflict', message: expect.stringContaining('Stop what plays or uploads') as string });
    const stop = new AbortController();
    const waiting = field.untilQuiet(stop.signal);
    await settle();
    stop.abort(new VStackError('cancelled', 'nobody waits'));
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
  });
});
