/**
 * The way to the nodes over HTTP, with what browsers and Node share: fetch, streams, AbortController. Addresses come from the manifest, signed,
 * so that requests need no header of ours; a `Range` of bytes is one that browsers send to other origins without asking first.
 */
import { SECOND_MS } from '../contract/units.ts';
import type { Manifest, ManifestUrls } from '../contract/wire/metadata.ts';
import { pingNode } from './node-pings.ts';
import type { RangeAsk, RangeHandlers, Transport } from './transport.ts';

/** `manifest` is asked for each request, since addresses expire and nodes move. `wallMs` in Unix milliseconds. */
export const createFetchTransport = (manifest: () => Manifest, wallMs: () => number = Date.now): Transport => ({
  request: (ask, handlers) => {
    const abort = new AbortController();
    void follow(manifest(), ask, handlers, abort.signal);
    return () => abort.abort();
  },
  ping: (nodeId, onAnswer) => {
    const abort = new AbortController();
    const url = pingUrlOf(manifest(), nodeId, wallMs());
    const answer = url === undefined ? Promise.resolve(null) : pingNode(url, abort.signal);
    void answer.then((tookMs) => {
      if (!abort.signal.aborted) onAnswer(tookMs);
    });
    return () => abort.abort();
  },
});

const sourceOf = ({ chunks }: Manifest, { nodeId, sequence }: RangeAsk): { url: ManifestUrls; sizeBytes: number } | undefined => {
  const chunk = chunks[sequence]?.sequence_num === sequence ? chunks[sequence] : chunks.find((candidate) => candidate.sequence_num === sequence);
  const url = chunk?.urls.find((candidate) => candidate.node_id === nodeId);
  return chunk && url && { url, sizeBytes: chunk.size_bytes };
};

const pingUrlOf = ({ chunks }: Manifest, nodeId: string, wallMs: number): string | undefined => {
  for (const { urls } of chunks) for (const url of urls) if (url.node_id === nodeId && url.expires_unix * SECOND_MS > wallMs) return url.ping_url;
  return undefined;
};

const follow = async (manifest: Manifest, ask: RangeAsk, handlers: RangeHandlers, signal: AbortSignal): Promise<void> => {
  let hasBegun = false;
  const fail = (reason: string): void => {
    if (!signal.aborted) handlers.onFailure(reason);
  };
  // Even a failure that is known now is told later: nobody is called before `request` has returned.
  await Promise.resolve();
  const source = sourceOf(manifest, ask);
  if (!source) return fail('has no address in the manifest');
  try {
    const isPart = ask.fromByte > 0 || ask.toByte < source.sizeBytes;
    const response = await fetch(source.url.url, {
      signal,
      cache: 'no-store',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      ...(isPart && { headers: { Range: `bytes=${ask.fromByte}-${ask.toByte - 1}` } }),
    });
    const refusal = refusalOf(response, ask, isPart);
    if (refusal !== null) {
      void response.body?.cancel().catch(() => undefined);
      return fail(refusal);
    }
    if (signal.aborted) return;
    hasBegun = true;
    handlers.onFirstByte();
    // Whoever ignores the range sends everything: what was not asked for is passed over.
    const isWhole = isPart && response.status !== 206;
    await readBody(response, isWhole ? ask : { fromByte: 0, toByte: Infinity }, handlers, signal);
  } catch {
    // fetch hides why a connection failed; what it says instead is no help to anybody.
    fail(hasBegun ? 'broke off' : 'could not be reached');
  }
};

/** Why an answer is of no use, before its body is read; null when it is. */
const refusalOf = (response: Response, { fromByte, toByte }: RangeAsk, isPart: boolean): string | null => {
  if (!response.ok) return `answered ${response.status}`;
  if (!isPart || response.status !== 206) return null;
  const range = response.headers.get('content-range');
  return range === null || range.startsWith(`bytes ${fromByte}-${toByte - 1}/`) ? null : `sent ${range} where bytes ${fromByte}-${toByte - 1} were asked for`;
};

/** Hands over the bytes from … to of a body. */
const readBody = async (response: Response, { fromByte, toByte }: Pick<RangeAsk, 'fromByte' | 'toByte'>, handlers: RangeHandlers, signal: AbortSignal): Promise<void> => {
  const reader = response.body?.getReader();
  let position = 0;
  while (reader && position < toByte) {
    const { done, value } = await reader.read();
    if (signal.aborted) return;
    if (done) break;
    const bytes = value.subarray(Math.max(0, fromByte - position), Math.max(0, toByte - position));
    position += value.byteLength;
    if (bytes.byteLength > 0) handlers.onBytes(bytes);
    if (signal.aborted) return;
  }
  handlers.onEnd();
  if (position >= toByte) await reader?.cancel();
};
