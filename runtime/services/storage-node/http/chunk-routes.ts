/** PUT, GET, HEAD and DELETE of /chunk/{id}. */
import { VStackError } from '../../../contract/errors.ts';
import { isChunkId } from '../../../contract/ids.ts';
import { CHUNK_BYTES_MAX } from '../../../contract/units.ts';
import { Checksum } from '../../../contract/wire/metadata.ts';
import { ChunkQuery, CHECKSUM_HEADER, FORCE_HEADER } from '../../../contract/wire/storage-node.ts';
import type { Call, Route } from '../../../platform/http/server.ts';
import type { Verifier } from '../acceptor/verify.ts';
import type { Chunks } from '../chunks.ts';
import type { Serving } from '../content.ts';
import type { Store } from '../engine/types.ts';
import { openBody } from './body-source.ts';
import { isNoneMatchHit, isRangeCurrent } from './conditions.ts';
import { takeIn, type IntakeResources } from './intake.ts';
import { chooseRange } from './range.ts';
import type { BytesDirection } from '../metrics.ts';
import { sendRange, type SendResources } from './send-chunk.ts';

export interface ChunkRouteOptions {
  store: Store;
  chunks: Chunks;
  verifier: Verifier;
  intake: IntakeResources;
  sending: SendResources;
  onBytes(direction: BytesDirection, bytes: number): void;
}

/** Throws what a store that takes no writes, or no more bytes, would say later, before a body is read. */
export const checkWritable = (store: Store): void => {
  const { writable, failure, full } = store.health();
  if (!writable) throw new VStackError('read_only', `This node takes no writes: ${failure ?? 'its disk failed'}. Reads go on; restart it.`);
  if (!full) return;
  throw new VStackError('disk_full', 'This node is full: over 95 % of its capacity, or the disk has no room. Delete videos or raise the capacity.');
};

const idOf = ({ params }: Call): string => {
  const id = params.id ?? '';
  if (!isChunkId(id)) {
    throw new VStackError('invalid_id', `A chunk id is 1–200 characters of A–Z a–z 0–9 . _ - without ".."; "${id.slice(0, 220)}" is none.`);
  }
  return id;
};

/** The SHA-256 that the sender announces, in lower-case hex, if it does; V-Stack writes it with the prefix `sha256:`. */
const checksumOf = ({ request }: Call): string | undefined => {
  const header = request.headers[CHECKSUM_HEADER];
  if (header === undefined) return undefined;
  const parsed = Checksum.safeParse(String(header).trim().toLowerCase());
  if (parsed.success) return parsed.data;
  const text = `X-Chunk-Checksum: expected 64 hex digits, with or without "sha256:"; "${String(header).slice(0, 100)}" came.`;
  throw new VStackError('bad_request', text, { details: { field: 'X-Chunk-Checksum' } });
};

const describe = ({ stat, ballot }: Serving): Record<string, string | number> => ({
  'Accept-Ranges': 'bytes',
  'Content-Type': 'application/octet-stream',
  ETag: `"${stat.sha256}"`,
  'X-Chunk-Size': stat.sizeBytes,
  'X-Superblock-ID': stat.superblockId,
  ...(ballot !== undefined && { 'X-Ballot-Number': ballot }),
});

export const chunkRoutes = ({ store, chunks, verifier, intake, sending, onBytes }: ChunkRouteOptions): Route[] => {
  const find = (call: Call, id: string): Promise<Serving> => {
    const { gen } = call.query.has('gen') ? call.queryAs(ChunkQuery) : { gen: undefined };
    return chunks.find(id, gen);
  };

  /** Everything a read decides before bytes move. Answers by itself when there are none to send. */
  const read = async (call: Call): Promise<void> => {
    const { request, response } = call;
    const serving = await find(call, idOf(call));
    const { stat } = serving;
    const headers = describe(serving);
    const etag = `"${stat.sha256}"`;
    if (isNoneMatchHit(request.headers['if-none-match'], etag)) {
      response.writeHead(304, headers).end();
      return;
    }
    const ranged = isRangeCurrent(request.headers['if-range'] as string | undefined, etag) ? request.headers.range : undefined;
    const choice = chooseRange(ranged, stat.sizeBytes);
    if (choice.kind === 'unsatisfiable') {
      response.setHeader('Content-Range', `bytes */${stat.sizeBytes}`);
      throw new VStackError('range_not_satisfiable', `The chunk has ${stat.sizeBytes} bytes; the range "${ranged}" begins past its end.`);
    }
    const range = choice.kind === 'part' ? { start: choice.start, end: choice.end } : { start: 0, end: stat.sizeBytes };
    const begin = (): void => {
      headers['Content-Length'] = range.end - range.start;
      if (choice.kind === 'part') headers['Content-Range'] = `bytes ${range.start}-${range.end - 1}/${stat.sizeBytes}`;
      response.writeHead(choice.kind === 'part' ? 206 : 200, headers);
    };
    if (request.method === 'HEAD') {
      begin();
      response.end();
      return;
    }
    const onSent = (bytes: number): void => onBytes(call.signed ? 'out-player' : 'out-service', bytes);
    await sendRange(response, { kind: serving.kind, key: serving.key, sha256: stat.sha256, range, begin, onSent }, sending);
  };

  const put = async (call: Call): Promise<void> => {
    const id = idOf(call);
    const expected = checksumOf(call);
    const body = openBody(call.request, CHUNK_BYTES_MAX);
    checkWritable(store);
    const taken = await takeIn(body.rest(), body.sizeBytes, intake, call.signal);
    try {
      if (expected !== undefined && expected !== taken.sha256) {
        throw new VStackError('checksum_mismatch', `X-Chunk-Checksum says ${expected}, the body's SHA-256 is ${taken.sha256}. Nothing was stored.`);
      }
      const isNew = await chunks.put(id, taken.bytes, taken.sha256);
      onBytes('in', body.sizeBytes);
      call.reply({ chunk_id: id, sha256: taken.sha256, size_bytes: body.sizeBytes }, isNew ? 201 : 200, {
        Location: `/chunk/${id}`,
        ETag: `"${taken.sha256}"`,
        'X-Chunk-Size': String(body.sizeBytes),
      });
    } finally {
      taken.release();
    }
  };

  const remove = async (call: Call): Promise<void> => {
    const id = idOf(call);
    const force = call.request.headers[FORCE_HEADER];
    if (typeof force === 'string') verifier.checkForce(force, id);
    await chunks.remove(id, { isForced: typeof force === 'string' });
    call.response.writeHead(204).end();
  };

  return [
    { method: 'GET', path: '/chunk/:id', access: 'signed', handle: read },
    { method: 'HEAD', path: '/chunk/:id', access: 'signed', handle: read },
    { method: 'PUT', path: '/chunk/:id', handle: put },
    { method: 'DELETE', path: '/chunk/:id', handle: remove },
  ];
};
