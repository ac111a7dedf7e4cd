import { describe, expect, test } from 'vitest';
import { flowPace, isFlowing, linkWidthPx } from '../../../../renderer/topology/flow.ts';
import { type Box, layoutTopology } from '../../../../renderer/topology/layout.ts';
import { nodeWords } from '../../../../renderer/topology/words.ts';
import { nodeTraffic } from '../../../fixtures/scripted-door/cluster-states.ts';
import { node } from '../../../fixtures/scripted-door/states.ts';

describe('the flow on a link', () => {
  test('is as wide as the root of its rate, within bounds', () => {
    expect([null, 0, 1_000, 5_000_000, 20_000_000, 1e10].map(linkWidthPx)).toEqual([1, 1, 1.5, 5, 10, 10]);
  });
  test('moves faster the more flows, and not at all when nothing does', () => {
    expect([undefined, 0, 199, 200, 125_000, 2_000_000, 2e7].map(flowPace)).toEqual([0, 0, 0, 1, 2, 3, 4]);
    expect([isFlowing(null), isFlowing(199), isFlowing(200)]).toEqual([false, false, true]);
  });
});

describe('the picture', () => {
  const overlaps = (a: Box, b: Box): boolean => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

  test.each([
    ['a small window', 640, 214],
    ['a large window', 1_150, 520],
  ])('has room for 1 to 16 nodes in %s, and nothing lies on anything', (_name, widthPx, heightPx) => {
    for (let nodeCount = 1; nodeCount <= 16; nodeCount++) {
      const { nodes, players, uploader, metadata } = layoutTopology({ widthPx, heightPx: Math.max(heightPx, nodeCount * 24 + 12), nodeCount });
      const boxes = [players, uploader, metadata, ...nodes.map(({ box }) => box)];
      for (const [index, box] of boxes.entries()) {
        expect([box.x >= 0, box.x + box.width <= widthPx, boxes.slice(index + 1).some((other) => overlaps(box, other))]).toEqual([true, true, false]);
      }
    }
  });
  test('says more of each node where there is room', () => {
    const densityOf = (nodeCount: number, heightPx: number): string => layoutTopology({ widthPx: 640, heightPx, nodeCount }).density;
    expect([densityOf(5, 214), densityOf(5, 480), densityOf(16, 396), densityOf(3, 300)]).toEqual(['short', 'full', 'line', 'full']);
  });
  test('draws reads from the node to the players and writes from the uploader to the node', () => {
    const { nodes: [first], players, uploader } = layoutTopology({ widthPx: 640, heightPx: 254, nodeCount: 1 });
    expect(first!.read.startsWith(`M${first!.box.x}`) || first!.read.startsWith(`M${Math.round(first!.box.x * 10) / 10}`)).toBe(true);
    expect(first!.read.endsWith(`${players.x + players.width} ${players.y + players.height / 2}`)).toBe(true);
    expect(first!.write.startsWith(`M${uploader.x + uploader.width} `)).toBe(true);
  });
});

describe('in words', () => {
  test('a node is told with what flows, and without what nobody measured', () => {
    expect(nodeWords(node(3), nodeTraffic(3, { readBytesPerSecond: 3_000_000, writtenBytesPerSecond: 0, pingMs: 21 }))).toMatch(/^node-3, ready, sends 24\.0 Mbit\/s, receives 0\.00 Mbit\/s, with metadata 900 B\/s, ping 21 ms, CPU/);
    const dead = nodeWords(node(3, { phase: 'crashed', problem: 'It failed 5 times.', cpuPercent: null }), undefined);
    expect(dead).toMatch(/^node-3, crashed, It failed 5 times\., disk/);
  });
});
