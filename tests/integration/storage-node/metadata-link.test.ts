import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VERSION } from '../../../runtime/contract/version.ts';
import { createManualClock } from '../../../runtime/platform/clock.ts';
import { hmacHex } from '../../../runtime/platform/crypto.ts';
import { createHttpClient, type HttpClient } from '../../../runtime/platform/http/client.ts';
import { silentLogger } from '../../../runtime/platform/log.ts';
import { createMetadataLink, type MetadataLink, type MetadataLinkOptions } from '../../../runtime/services/storage-node/metadata-link.ts';
import type { Lost } from '../../../runtime/services/storage-node/acceptor/record.ts';
import { createFakeMetadata, type FakeMetadata } from '../../fixtures/fake-metadata.ts';
import { FAST, makeGrant, placed, proposer, randomBytesOf, startTestNode, storeKey, type TestNode } from '../../fixtures/storage-node.ts';

let metadata: FakeMetadata;
beforeEach(async () => {
  metadata = await createFakeMetadata({ grantSeq: 5 });
});
afterEach(() => metadata.close());

describe('a node and its metadata service', () => {
  let test: TestNode;
  afterEach(() => test.close());

  it('register with every address, then beat with figures', async () => {
    test = await startTestNode({ metadataUrl: metadata.url, advertisedUrl: 'http://127.0.0.1:9999', heartbeatMsInterval: 20 });
    await metadata.registered();
    const text = ['vstack-register-1', 'node-1', 'http://127.0.0.1:9999', test.node.store.uuid, test.node.url].join('\n');
    expect(Object.fromEntries(metadata.registrations[0]!)).toEqual({
      node_url: 'http://127.0.0.1:9999', direct_url: test.node.url, node_id: 'node-1', version: VERSION, store_uuid: test.node.store.uuid,
      mac: hmacHex(storeKey(test.node.store.uuid), text),
    });
    await test.put('a', 'bytes');
    await metadata.heartbeats(2);
    expect(metadata.beats.at(-1)).toMatchObject({
      chunk_count: 1, condition: 'ok', store_uuid: test.node.store.uuid, node_url: 'http://127.0.0.1:9999', direct_url: test.node.url,
    });
    expect(test.node.beat()).toMatchObject({ isRegistered: true, chunkCount: 1 });
  });

  it('find each other again after either was away or forgot', async () => {
    metadata.setDown(true);
    test = await startTestNode({ metadataUrl: metadata.url, heartbeatMsInterval: 20 });
    expect((await test.put('a', 'bytes')).status).toBe(201);
    metadata.setDown(false);
    await metadata.heartbeats(1);
    metadata.forget();
    await metadata.heartbeats(2);
    expect(metadata.registrations.length).toBe(2);
  });
});

describe('the link to the metadata service', () => {
  let client: HttpClient;
  let link: MetadataLink;
  const heard: Lost[] = [];
  const open = (overrides: Partial<MetadataLinkOptions> = {}): MetadataLink =>
    (link = createMetadataLink({
      client,
      clock: createManualClock(),
      log: silentLogger(),
      metadataUrl: metadata.url,
      intervalMs: 1000,
      registration: { nodeId: 'n', nodeUrl: 'http://127.0.0.1:1', directUrl: 'http://127.0.0.1:1', version: '1', storeUuid: '0'.repeat(32), mac: '0'.repeat(64) },
      report: () => ({ disk_usage_percent: 1, chunk_count: 2 }),
      mustRegister: () => false,
      heard: async (current) => void heard.push(current),
      ...overrides,
    }));
  beforeEach(() => {
    client = createHttpClient();
    heard.length = 0;
  });
  afterEach(() => {
    link.close();
    client.close();
  });

  it('hands on the incarnation and newest grant, and asks again when the store needs them', async () => {
    const clock = createManualClock();
    let isNeeded = false;
    open({ clock, mustRegister: () => isNeeded });
    await metadata.heartbeats(1);
    expect(heard).toEqual([{ incarnation: 'inc-1', grant_seq: 5 }]);
    isNeeded = true;
    while (heard.length < 2) {
      clock.advance(1000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(metadata.registrations.length).toBeGreaterThanOrEqual(2);
  });

  it('tells damage with a heartbeat, once', async () => {
    open().reportDamage(['rotten', 'rotten']);
    await metadata.damaged('rotten');
  });

  it('asks for the recovery of an instance, once while it is being asked', async () => {
    const grant = makeGrant('0'.repeat(32));
    open();
    link.recover(grant);
    link.recover(grant);
    await metadata.recovered(grant.chunk_id);
    expect(metadata.recoveries).toEqual([{ chunkId: grant.chunk_id, generation: 0 }]);
  });
});

describe('an abandoned vote', () => {
  it('is brought before the metadata service by a node that was restarted', async () => {
    const test = await startTestNode({ metadataUrl: metadata.url });
    try {
      const bytes = randomBytesOf(100);
      await proposer(test).accept(makeGrant(test.node.store.uuid), FAST, placed(bytes), bytes);
      await test.restart();
      await metadata.recovered('vid-1-chunk-000');
      expect(metadata.recoveries[0]).toEqual({ chunkId: 'vid-1-chunk-000', generation: 0 });
    } finally {
      await test.close();
    }
  });
});
