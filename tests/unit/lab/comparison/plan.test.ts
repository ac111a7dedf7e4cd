import { describe, expect, it } from 'vitest';
import { CLIENT_KINDS } from '../../../../runtime/contract/client-kind.ts';
import type { ComparedClient } from '../../../../runtime/contract/comparison.ts';
import type { PlannedSession } from '../../../../runtime/contract/lab-worker.ts';
import { comparisonConditions, conditionOf, isCutOff, isInsideSession, victimLinkOf } from '../../../../runtime/lab/comparison/conditions.ts';
import { planSessions, type PlanRequest } from '../../../../runtime/lab/comparison/plan.ts';

const nodeIds = ['node-1', 'node-2', 'node-3', 'node-4', 'node-5'];
const plan = (overrides: Partial<PlanRequest> = {}): PlannedSession[] =>
  planSessions({ clients: CLIENT_KINDS, blockCount: 30, seed: 9, condition: conditionOf('node-killed'), nodeIds, ...overrides });
const blocksOf = (sessions: readonly PlannedSession[]): PlannedSession[][] => [...Map.groupBy(sessions, ({ block }) => block).values()];

describe('the plan of a comparison', () => {
  it('has a warm-up block and then every client once in every block', () => {
    const blocks = blocksOf(plan());
    expect(blocks.map(([first]) => first!.block)).toEqual(Array.from({ length: 31 }, (_, index) => index - 1));
    for (const block of blocks) {
      expect(block.map(({ client }) => client).toSorted()).toEqual([...CLIENT_KINDS].sort());
      expect(block.map(({ place }) => place)).toEqual([0, 1, 2, 3, 4]);
    }
  });

  it('goes ABBA with two clients', () => {
    const counted = blocksOf(plan({ clients: ['smart', 'naive'], blockCount: 4 })).slice(1).map((block) => block.map(({ client }) => client));
    const [a, b] = counted[0]!;
    expect(counted).toEqual([[a, b], [b, a], [b, a], [a, b]]);
  });

  it.each([2, 3, 4, 5])('lets each of %i clients stand in each place equally often', (clientCount) => {
    const clients = CLIENT_KINDS.slice(0, clientCount);
    const counts = new Map<string, number>();
    for (const { block, place, client } of plan({ clients, blockCount: 2 * clientCount })) {
      if (block >= 0) counts.set(`${client} at ${place}`, (counts.get(`${client} at ${place}`) ?? 0) + 1);
    }
    expect([...counts.values()]).toEqual(new Array(clientCount ** 2).fill(2));
  });

  it('gives all clients of a block the same seed, victim and time of the fault', () => {
    for (const block of blocksOf(plan())) {
      const [first] = block;
      for (const { seed, victimId, faultAtMs } of block) expect({ seed, victimId, faultAtMs }).toEqual({ seed: first!.seed, victimId: first!.victimId, faultAtMs: first!.faultAtMs });
    }
  });

  it('takes every node once before any comes again', () => {
    const victims = blocksOf(plan()).slice(1).map(([first]) => first!.victimId!);
    for (let round = 0; round < 6; round++) expect(victims.slice(round * 5, round * 5 + 5).toSorted()).toEqual(nodeIds);
  });

  it('draws faults within their time, and sets what holds from the start before it', () => {
    const { fault } = conditionOf('node-killed');
    const times = plan().map(({ faultAtMs }) => faultAtMs!);
    for (const time of times) expect(time).toSatisfy((ms: number) => ms >= fault!.fromSec * 1000 && ms <= fault!.toSec * 1000);
    expect(new Set(times).size).toBeGreaterThan(10);
    expect(new Set(plan({ condition: conditionOf('one-slow-node') }).map(({ faultAtMs }) => faultAtMs))).toEqual(new Set([0]));
    expect(new Set(plan({ condition: conditionOf('healthy') }).map(({ faultAtMs, victimId }) => `${faultAtMs} ${victimId}`))).toEqual(new Set(['null null']));
  });

  it('is the same for the same seed, and another for another', () => {
    expect(plan()).toEqual(plan());
    expect(plan({ seed: 10 })).not.toEqual(plan());
  });
});

describe('the conditions', () => {
  it('have names of their own and profiles that come with the program', () => {
    expect(new Set(comparisonConditions.map(({ id }) => id)).size).toBe(comparisonConditions.length);
    for (const condition of comparisonConditions) expect(() => victimLinkOf(condition)).not.toThrow();
    expect(() => conditionOf('perfect')).toThrow(/There are: one-slow-node, healthy/);
  });

  it('know which faults cut a node off, and which come while the client plays', () => {
    expect(comparisonConditions.filter(isCutOff).map(({ id }) => id)).toEqual(['node-killed', 'node-paused', 'node-partitioned', 'node-failure']);
    expect(comparisonConditions.filter((condition) => !isInsideSession(condition)).map(({ id }) => id)).toEqual(['one-slow-node', 'healthy', 'resets']);
  });

  it('hold for all clients alike', () => {
    const byClient = Map.groupBy(plan({ blockCount: 3 }), ({ client }) => client);
    const [first, ...others] = CLIENT_KINDS.map((client: ComparedClient) => byClient.get(client)!.map(({ block, victimId, faultAtMs, seed }) => ({ block, victimId, faultAtMs, seed })));
    for (const other of others) expect(other).toEqual(first);
  });
});
