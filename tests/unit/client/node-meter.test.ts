import { describe, expect, test } from 'vitest';
import { createNodeMeter } from '../../../runtime/client/node-meter.ts';

const KIB = 1024;

/** A meter whose clock the test moves. */
const meterAt = () => {
  let nowMs = 1_000;
  const meter = createNodeMeter(() => nowMs);
  return { meter, wait: (ms: number) => void (nowMs += ms) };
};
const nodeOf = ({ meter }: ReturnType<typeof meterAt>, nodeId = 'node-1') => meter.nodes().find((node) => node.nodeId === nodeId)!;

describe('the meter', () => {
  test('measures a request: first byte apart, throughput over the time bytes flowed', () => {
    const lab = meterAt();
    const request = lab.meter.observe('node-1', 1000 * KIB);
    expect(nodeOf(lab)).toMatchObject({ inFlightBytes: 1000 * KIB, bitsPerSecond: null, isAnswering: null });
    lab.wait(50);
    request.handleFirstByte();
    for (let piece = 0; piece < 10; piece++) {
      lab.wait(10);
      request.handleBytes(100 * KIB);
    }
    request.handleSuccess();
    expect(nodeOf(lab)).toMatchObject({ inFlightBytes: 0, firstByteMs: 50, latencyMs: 50, reliability: 1, isAnswering: true, deliveredBytes: 1000 * KIB, chunkCount: 1 });
    expect(nodeOf(lab).bitsPerSecond).toBeCloseTo((1000 * KIB * 8) / 0.1, -3);
    expect(nodeOf(lab).score).toBeCloseTo(81.92 / 6, 1);
    expect(lab.meter.totals()).toEqual({ deliveredBytes: 1000 * KIB, wastedBytes: 0, requestCount: 1, failedRequestCount: 0 });
  });

  test('knows the throughput while a large chunk is still under way', () => {
    const lab = meterAt();
    const request = lab.meter.observe('node-1', 1000 * KIB);
    request.handleFirstByte();
    lab.wait(100);
    request.handleBytes(100 * KIB);
    expect(nodeOf(lab).bitsPerSecond).toBeCloseTo(100 * KIB * 80, -3);
  });

  test('gathers pieces that come faster than a coarse clock can tell', () => {
    const lab = meterAt();
    const request = lab.meter.observe('node-1', 640 * KIB);
    request.handleFirstByte();
    for (let piece = 0; piece < 10; piece++) request.handleBytes(64 * KIB);
    expect(nodeOf(lab).bitsPerSecond).toBeNull();
    lab.wait(4);
    request.handleSuccess();
    expect(nodeOf(lab).bitsPerSecond).toBeCloseTo((640 * KIB * 8) / 0.004, -4);
  });

  test('counts what a failed and a dropped request brought as waste, and only the failed one against its node', () => {
    const lab = meterAt();
    const failing = lab.meter.observe('node-1', 100);
    failing.handleBytes(40);
    failing.handleFailure();
    const dropped = lab.meter.observe('node-2', 100);
    dropped.handleBytes(30);
    dropped.handleDrop();
    expect(lab.meter.totals()).toEqual({ deliveredBytes: 0, wastedBytes: 70, requestCount: 2, failedRequestCount: 1 });
    expect(nodeOf(lab)).toMatchObject({ failureCount: 1, isAnswering: false, inFlightBytes: 0 });
    expect(nodeOf(lab, 'node-2')).toMatchObject({ failureCount: 0, isAnswering: null, inFlightBytes: 0 });
  });

  test('two downloads at once share their time: the throughput of the session is that of both together', () => {
    const lab = meterAt();
    const requests = ['node-1', 'node-2'].map((nodeId) => lab.meter.observe(nodeId, 125_000));
    lab.wait(1_000);
    for (const request of requests) {
      request.handleBytes(125_000);
      request.handleSuccess();
    }
    lab.wait(5_000);
    expect(lab.meter.throughputBitsPerSecond()).toBe(2_000_000);
  });

  test('throughput falls while a download hangs, and is unknown while none was active for long', () => {
    const lab = meterAt();
    expect(lab.meter.throughputBitsPerSecond()).toBeNull();
    const request = lab.meter.observe('node-1', 500_000);
    lab.wait(1_000);
    request.handleBytes(125_000);
    expect(lab.meter.throughputBitsPerSecond()).toBe(1_000_000);
    lab.wait(9_000);
    expect(lab.meter.throughputBitsPerSecond()).toBe(100_000);
    request.handleFailure();
    lab.wait(60_000);
    expect(lab.meter.throughputBitsPerSecond()).toBeNull();
  });

  test('lists nodes that are only known, and judges a node that is only pinged by its pings', () => {
    const lab = meterAt();
    lab.meter.know(['node-1', 'node-2']);
    lab.meter.recordPing('node-2', 12);
    expect(nodeOf(lab)).toMatchObject({ score: null, latencyMs: null, isAnswering: null });
    expect(nodeOf(lab, 'node-2')).toMatchObject({ latencyMs: 12, score: null, isAnswering: true });
    lab.meter.recordPing('node-2', null);
    expect(nodeOf(lab, 'node-2')).toMatchObject({ latencyMs: 12, isAnswering: false });
  });
});
