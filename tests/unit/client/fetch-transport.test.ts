import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { createFetchTransport } from '../../../runtime/client/fetch-transport.ts';
import type { RangeAsk } from '../../../runtime/client/transport.ts';
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
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

const transportTo = (url: string) => {
  const manifest = makeManifest({ segments: [[SIZE_BYTES]], nodeUrls: { 'node-1': url } });
  return createFetchTransport(() => manifest);
};
const whole: RangeAsk = { nodeId: 'node-1', sequence: 0, fromByte: 0, toByte: SIZE_BYTES };
/** What a request is told, in order; bytes as their count. */
const told = (url: string, ask: RangeAsk): Promise<string[]> =>
  new Promise((resolve) => {
    const words: string[] = [];
    const end = (word: string): void => {
      words.push(word);
      resolve(words);
    };
    transportTo(url).request(ask, {
      onFirstByte: () => words.push('first byte'),
      onBytes: (bytes) => words.push(`${bytes.byteLength}`),
      onEnd: () => end('end'),
      onFailure: (reason) => end(reason),
    });
    expect(words).toEqual([]);
  });

describe('a request', () => {
  test('for all of a chunk is a plain GET, without a header that a browser would have to ask for', async () => {
    const ranges: unknown[] = [];
    const url = await serve((request, response) => (ranges.push(request.headers.range), response.end(good)));
    expect(await told(url, whole)).toEqual(['first byte', '1000', 'end']);
    expect(ranges).toEqual([undefined]);
  });

  test('for a part asks for its bytes', async () => {
    const ranges: unknown[] = [];
    const url = await serve((request, response) => {
      ranges.push(request.headers.range);
      response.writeHead(206, { 'Content-Range': `bytes 100-299/${SIZE_BYTES}` }).end(good.subarray(100, 300));
    });
    expect(await told(url, { ...whole, fromByte: 100, toByte: 300 })).toEqual(['first byte', '200', 'end']);
    expect(ranges).toEqual(['bytes=100-299']);
  });

  test.each<[string, RequestListener, RangeAsk, string[]]>([
    ['an error', (_, response) => void response.writeHead(500).end(), whole, ['answered 500']],
    ['the part it asked for, by a node that sends everything', (_, response) => void response.end(good), { ...whole, fromByte: 10, toByte: 700 }, ['first byte', '690', 'end']],
    ['another part', (_, response) => void response.writeHead(206, { 'Content-Range': 'bytes 0-9/1000' }).end(good.subarray(0, 10)), { ...whole, fromByte: 10, toByte: 20 }, ['sent bytes 0-9/1000 where bytes 10-19 were asked for']],
    ['a cut line before anything', (request) => void request.socket.destroy(), whole, ['could not be reached']],
    ['too little', (_, response) => void response.end(good.subarray(0, 400)), whole, ['first byte', '400', 'end']],
  ])('is told of %s', async (_, listener, ask, words) => {
    expect(await told(await serve(listener), ask)).toEqual(words);
  });

  test('is told when the line breaks midway', async () => {
    const url = await serve((_, response) => {
      response.writeHead(200, { 'Content-Length': SIZE_BYTES }).write(good.subarray(0, 400));
      setTimeout(() => response.socket?.destroy(), 20);
    });
    expect((await told(url, whole)).at(-1)).toBe('broke off');
  });

  test('to a node that is gone, or that the manifest does not name', async () => {
    const url = await serve(() => undefined);
    await new Promise((resolve) => servers.pop()!.close(resolve));
    expect(await told(url, whole)).toEqual(['could not be reached']);
    expect(await told(url, { ...whole, nodeId: 'node-9' })).toEqual(['has no address in the manifest']);
  });

  test('is told nothing any more once it was ended', async () => {
    const words: string[] = [];
    let isAsked = (): void => undefined;
    const asked = new Promise<void>((resolve) => (isAsked = resolve));
    const closed = new Promise<void>((resolve) => {
      void serve((request, response) => {
        request.socket.once('close', resolve);
        response.write(good.subarray(0, 10));
        isAsked();
      }).then((url) => {
        const stop = transportTo(url).request(whole, { onFirstByte: () => undefined, onBytes: () => undefined, onEnd: () => words.push('end'), onFailure: (reason) => words.push(reason) });
        void asked.then(stop);
      });
    });
    await closed;
    expect(words).toEqual([]);
  });
});

describe('a ping', () => {
  const ping = (url: string, expiresUnix?: number): Promise<number | null> => {
    const manifest = makeManifest({ nodeUrls: { 'node-1': url }, ...(expiresUnix !== undefined && { expiresUnix }) });
    return new Promise((resolve) => createFetchTransport(() => manifest, () => 100_000).ping('node-1', resolve));
  };
  test('asks the address of the manifest', async () => {
    const asked: string[] = [];
    const url = await serve((request, response) => (asked.push(`${request.method} ${request.url}`), response.end()));
    expect(await ping(url)).toBeGreaterThanOrEqual(0);
    expect(asked).toEqual(['HEAD /ping']);
  });
  test('has no answer where no address is valid any more', async () => {
    expect(await ping('http://127.0.0.1:1', 100)).toBeNull();
  });
});
