/**
 * Receiving a file: the multipart body flows from the socket through the parser to the spool, and each waits for the next. Nothing is held
 * but a piece or two, whatever the size of the file.
 */
import { Busboy, type BusboyFileStream, type BusboyInstance } from '@fastify/busboy';
import { VStackError } from '../../contract/errors.ts';
import { KIB, MIB } from '../../contract/units.ts';
import { TITLE_CHARS_MAX } from '../../contract/wire/metadata.ts';
import { freeBytes, openWriter } from '../../platform/files.ts';
import { announcedBytes } from '../../platform/http/body.ts';
import type { Call } from '../../platform/http/server.ts';

/** An upload leaves this much of the disk free: the stores of the cluster often share it. */
export const DISK_RESERVE_BYTES = 256 * MIB;

/** The file, its title, and a few that others may send along. */
const PARTS_MAX = 8;
const FIELD_BYTES_MAX = 4 * KIB;
const FILENAME_CHARS_MAX = 255;

export interface ReceiveOptions {
  /** Where the file goes; made when the file begins. The folder must exist. */
  spoolPath(filename: string): Promise<string>;
  onProgress(receivedBytes: number): void;
  /** Asked once the file has begun: aborts when the upload is cancelled. */
  signal(): AbortSignal;
}

export interface Received {
  /** Absent when the form had none. */
  title: string | undefined;
  filename: string;
}

/** Throws `disk_full` early, by the announced length, so that a refusal costs nobody a transfer. */
export const assertRoom = async (dir: string, wantedBytes: number): Promise<void> => {
  const free = await freeBytes(dir);
  if (wantedBytes + DISK_RESERVE_BYTES <= free) return;
  throw new VStackError('disk_full', `The upload needs ${Math.ceil(wantedBytes / MIB)} MiB on disk, beside a reserve; ${Math.floor(free / MIB)} MiB are free. Free some space and try again.`);
};

/** The file is on disk, synced, when this resolves. Throws `bad_request` for a form that is none, `truncated_body`, `disk_full`. */
export const receiveForm = ({ request }: Pick<Call, 'request'>, options: ReceiveOptions): Promise<Received> =>
  new Promise((resolve, reject) => {
    const contentType = request.headers['content-type'] ?? '';
    let title: string | undefined;
    let filename: string | undefined;
    let spooling: Promise<void> | undefined;
    let file: BusboyFileStream | undefined;
    let isOver = false;

    let parser: BusboyInstance;
    try {
      parser = new Busboy({
        headers: { ...request.headers, 'content-type': contentType },
        limits: { parts: PARTS_MAX, fieldSize: FIELD_BYTES_MAX },
        defCharset: 'utf8',
      });
    } catch (cause) {
      return reject(new VStackError('bad_request', `Expected a multipart form with the parts "video" and "title": ${(cause as Error).message}.`, { cause }));
    }

    const fail = (error: unknown): void => {
      if (isOver) return;
      isOver = true;
      request.unpipe(parser);
      file?.destroy(error as Error);
      // The spool is closed before the caller removes it.
      void (spooling ?? Promise.resolve()).catch(() => {}).then(() => reject(error as Error));
    };

    const spool = async (stream: BusboyFileStream, name: string): Promise<void> => {
      const writer = await openWriter(await options.spoolPath(name));
      options.signal().addEventListener('abort', () => fail(options.signal().reason), { once: true });
      try {
        for await (const piece of stream as AsyncIterable<Buffer>) {
          options.signal().throwIfAborted();
          await writer.write(piece);
          options.onProgress(writer.writtenBytes);
        }
      } catch (error) {
        await writer.close();
        throw error;
      }
      await writer.closeDurable();
    };

    const failOfParser = (cause: Error): void => {
      // What is wrong only once everything has come is that more should have come.
      if (!request.readableEnded) return fail(new VStackError('bad_request', `The multipart form is broken: ${cause.message}.`, { cause }));
      fail(new VStackError('truncated_body', `The multipart form ends without its closing boundary (${cause.message}). Upload the file again.`, { cause }));
    };

    parser.on('file', (field, stream, name) => {
      // Listened to from its first moment: a part may break off before the spool is open and reads it.
      stream.on('error', failOfParser);
      if (field !== 'video' || file) return void stream.resume();
      file = stream;
      filename = (name || 'video').slice(-FILENAME_CHARS_MAX);
      spooling = spool(stream, filename);
      spooling.catch(fail);
    });
    parser.on('field', (field, value) => {
      if (field === 'title') title = value.trim().slice(0, TITLE_CHARS_MAX);
    });
    parser.on('error', failOfParser);
    parser.on('finish', () => {
      if (isOver) return;
      if (!spooling) return fail(new VStackError('bad_request', 'The form has no file in a part named "video". Send the video as multipart part "video".'));
      spooling.then(() => {
        isOver = true;
        resolve({ title: title || undefined, filename: filename! });
      }, fail);
    });
    request.once('close', () => {
      if (!request.complete) fail(new VStackError('truncated_body', `The upload broke off; ${announcedBytes(request) ?? 'an unknown number of'} bytes were announced. Upload the file again.`));
    });
    request.pipe(parser);
  });
