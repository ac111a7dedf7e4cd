import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { METADATA_AGENT, NodeBeatDetails } from '../../../runtime/contract/beat-details.ts';
import { until } from '../../fixtures/fake-host.ts';
import { randomBytesOf, signed, startTestNode, type TestNode } from '../../fixtures/storage-node.ts';

let test: TestNode;
beforeEach(async () => {
  test = await startTestNode();
});
afterEach(() => test.close());

const told = () => NodeBeatDetails.parse(test.node.beat());
const CHUNK_BYTES = 300_000;

describe('what a node tells in its beats', () => {
  it('tells bytes read by players from bytes served to services, and what was written', async () => {
    const body = randomBytesOf(CHUNK_BYTES);
    await test.request('/chunk/vid-1-chunk-0', { method: 'PUT', body });
    expect(told()).toMatchObject({ readBytes: 0, servedBytes: 0, writtenBytes: CHUNK_BYTES, chunkCount: 1 });
    await test.request('/chunk/vid-1-chunk-0');
    expect(told()).toMatchObject({ readBytes: 0, servedBytes: CHUNK_BYTES });
    await test.request(signed('/chunk/vid-1-chunk-0'), { isAnonymous: true, headers: { Range: 'bytes=0-99' } });
    await test.request(signed('/chunk/vid-1-chunk-0'), { isAnonymous: true });
    expect(told()).toMatchObject({ readBytes: CHUNK_BYTES + 100, servedBytes: CHUNK_BYTES, writtenBytes: CHUNK_BYTES });
  });

  it('tells what it exchanges with the metadata service, whoever asked, and nobody else', async () => {
    await test.request('/chunk/none');
    expect(told().metadataBytes).toBe(0);
    await test.request('/chunk/none', { headers: { 'User-Agent': METADATA_AGENT } });
    expect(told().metadataBytes).toBeGreaterThan(100);
  });

  it('counts answers and failures by how long they took, but neither pings nor scrapes', async () => {
    await test.request('/chunk/none');
    await test.request('/health');
    for (const path of ['/metrics', '/metrics']) await test.request(path);
    await test.request('/ping', { method: 'HEAD' });
    // A client may have its answer a moment before the server has closed it.
    await until(() => told().requests!.requestCount >= 2, 'the last answer');
    const { requests } = told();
    expect(requests).toMatchObject({ requestCount: 2, errorCount: 0 });
    expect(requests!.latencyCounts.reduce((sum, count) => sum + count, 0)).toBe(2);
    expect(requests!.latencyMsMax).toBeGreaterThan(0);
  });
});
