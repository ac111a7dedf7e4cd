import { createHash } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { fetchChunk, type ObserveRequest } from '../../../runtime/client/fetch-chunk.ts';
import type { ManifestChunk } from '../../../runtime/contract/wire/metadata.ts';
import { bytesOfSequence, makeManifest } from '../../fixtures/manifest.ts';

const servers: Server[] = [];
const SIZE_BYTES = 1000;
const good = bytesOfSequence(0, SIZE_BYTES);

const serve = async (listener: RequestListener): Promise<string> => {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await new Promise((resolve) => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};
const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const chunkAt = (...urls: string[]): ManifestChunk =>
  makeManifest({ segments: [[SIZE_BYTES]], sha256Of, nodeUrls: Object.fromEntries(urls.map((url, index) => [`node-${index + 1}`, url])) }).chunks[0]!;

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

describe('fetchChunk', () => {
  test('gives the bytes of the first node that serves them', async () => {
    const url = await serve((_, response) => response.end(good));
    const fetched = await fetchChunk(chunkAt(url));
    expect(fetched.bytes).toEqual(good);
    expect(fetched).toMatchObject({ nodeId: 'node-1', attempts: [{ nodeId: 'node-1', error: null }] });
  });

  test('fails over from a node that answers an error, one that lies, one that cuts short and one that is gone', async () => {
    const refusing = await serve((_, response) => response.writeHead(500).end());
    const lying = await serve((_, response) => response.end(new Uint8Array(SIZE_BYTES)));
    const cutting = await serve((_, response) => response.end(good.subarray(0, 400)));
    const serving = await serve((_, response) => response.end(good));
    const gone = await serve(() => undefined);
    await new Promise((resolve) => servers.pop()!.close(resolve));
    const fetched = await fetchChunk(chunkAt(refusing, lying, cutting, gone, serving));
    expect(fetched.bytes).toEqual(good);
    expect(fetched.attempts.map(({ nodeId, error }) => `${nodeId} ${error ?? 'served'}`)).toEqual([
      'node-1 answered 500',
      expect.stringMatching(/^node-2 sent bytes with SHA-256/),
      'node-3 sent 400 of 1000 bytes',
      'node-4 could not be reached',
      'node-5 served',
    ]);
  });

  test('gives up a node that accepts the connection and stays silent', async () => {
    const silent = await serve(() => undefined);
    const serving = await serve((_, response) => response.end(good));
    const fetched = await fetchChunk(chunkAt(silent, serving), { silenceMsMax: 50 });
    expect(fetched.attempts[0]).toMatchObject({ nodeId: 'node-1', error: expect.stringContaining('silent') });
    expect(fetched.nodeId).toBe('node-2');
  });

  test('tells what each node did when none serves', async () => {
    const refusing = await serve((_, response) => response.writeHead(404).end());
    await expect(fetchChunk(chunkAt(refusing))).rejects.toMatchObject({
      code: 'unavailable', message: 'No node served vid-000000000001-chunk-000: node-1 answered 404.',
    });
  });

  test('an aborted signal ends the attempt and tries no other node', async () => {
    const abort = new AbortController();
    const silent = await serve(() => abort.abort());
    const serving = await serve((_, response) => response.end(good));
    await expect(fetchChunk(chunkAt(silent, serving), { signal: abort.signal })).rejects.toMatchObject({ code: 'cancelled' });
  });

  test('tells whoever measures what each request went through', async () => {
    const refusing = await serve((_, response) => response.writeHead(500).end());
    const lying = await serve((_, response) => response.end(new Uint8Array(SIZE_BYTES)));
    const serving = await serve((_, response) => response.end(good));
    const told: string[] = [];
    const observe: ObserveRequest = (nodeId, sizeBytes) => {
      const tell = (word: string) => () => void told.push(`${nodeId} ${word}`);
      told.push(`${nodeId} asked for ${sizeBytes}`);
      return { handleFirstByte: tell('first byte'), handleBytes: (bytes) => void told.push(`${nodeId} ${bytes} bytes`), handleSuccess: tell('success'), handleFailure: tell('failure'), handleDrop: tell('drop') };
    };
    await fetchChunk(chunkAt(refusing, lying, serving), { observe });
    expect(told).toEqual([
      'node-1 asked for 1000', 'node-1 failure',
      'node-2 asked for 1000', 'node-2 first byte', 'node-2 1000 bytes', 'node-2 failure',
      'node-3 asked for 1000', 'node-3 first byte', 'node-3 1000 bytes', 'node-3 success',
    ]);
  });

  test('a request that the client ends is dropped, not failed', async () => {
    const abort = new AbortController();
    const silent = await serve(() => abort.abort());
    const ends: string[] = [];
    const nothing = (): void => undefined;
    const observe: ObserveRequest = () => ({ handleFirstByte: nothing, handleBytes: nothing, handleSuccess: nothing, handleFailure: () => void ends.push('failed'), handleDrop: () => void ends.push('dropped') });
    await expect(fetchChunk(chunkAt(silent), { signal: abort.signal, observe })).rejects.toMatchObject({ code: 'cancelled' });
    expect(ends).toEqual(['dropped']);
  });
});
