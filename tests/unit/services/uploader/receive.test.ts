import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHttpService, type HttpService } from '../../../../runtime/platform/http/server.ts';
import { silentLogger } from '../../../../runtime/platform/log.ts';
import { assertRoom, receiveForm, type Received } from '../../../../runtime/services/uploader/receive.ts';

let dir: string;
let service: HttpService;
let spoolPath: string;
let received: Received | undefined;
let progress: number[];
let stopper: AbortController;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vstack-receive-'));
  spoolPath = join(dir, 'source');
  received = undefined;
  progress = [];
  stopper = new AbortController();
  service = await createHttpService({
    port: 0,
    authentication: 'off',
    secret: '',
    wallMs: Date.now,
    log: silentLogger(),
    routes: [
      {
        method: 'POST',
        path: '/upload',
        async handle(call) {
          received = await receiveForm(call, { spoolPath: async () => spoolPath, onProgress: (bytes) => progress.push(bytes), signal: () => stopper.signal });
          call.reply({});
        },
      },
    ],
  });
});
afterEach(async () => {
  await service.close(0);
  await rm(dir, { recursive: true, force: true });
});

const post = async (form: FormData): Promise<{ status: number; body: { code?: string; detail?: string } }> => {
  const response = await fetch(`${service.url}/upload`, { method: 'POST', body: form });
  return { status: response.status, body: (await response.json()) as { code?: string } };
};
const formOf = (entries: [string, string | Blob, string?][]): FormData => {
  const form = new FormData();
  for (const [name, value, filename] of entries) {
    if (typeof value === 'string') form.append(name, value);
    else form.append(name, value, filename ?? 'film.mp4');
  }
  return form;
};
const blob = (text: string): Blob => new Blob([text]);

describe('receiving a form', () => {
  it('writes the file to the spool, whole, and tells how far it is', async () => {
    const text = 'x'.repeat(300_000);
    expect((await post(formOf([['title', '  A film '], ['video', blob(text), 'clip.mov']]))).status).toBe(200);
    expect(received).toEqual({ title: 'A film', filename: 'clip.mov' });
    expect(await readFile(spoolPath, 'utf8')).toBe(text);
    expect(progress.length).toBeGreaterThan(1);
    expect(progress.at(-1)).toBe(300_000);
  });

  it('takes the title wherever it stands, and ignores other fields and files', async () => {
    await post(formOf([['cover', blob('jpeg'), 'cover.jpg'], ['video', blob('film')], ['note', 'nothing'], ['title', 'After']]));
    expect(received).toEqual({ title: 'After', filename: 'film.mp4' });
  });

  it('never lets a file name lead out of the spool', async () => {
    await post(formOf([['video', blob('film'), '../../etc/passwd']]));
    expect(received!.filename).toBe('passwd');
    expect(await readFile(spoolPath, 'utf8')).toBe('film');
  });

  it.each([
    ['in the video', '--x\r\nContent-Disposition: form-data; name="video"; filename="x.mp4"\r\n\r\nabcdef'],
    ['in the video of no bytes', '--x\r\nContent-Disposition: form-data; name="video"; filename="x.mp4"\r\n\r\n'],
    ['in another file', '--x\r\nContent-Disposition: form-data; name="cover"; filename="x.jpg"\r\n\r\nabcdef'],
    ['in the title', '--x\r\nContent-Disposition: form-data; name="title"\r\n\r\nabc'],
    ['in the headers of a part', '--x\r\nContent-Disposition: form-data; na'],
  ])('answers 400 to a form that ends %s without its closing boundary, and lives on', async (_where, body) => {
    const response = await fetch(`${service.url}/upload`, { method: 'POST', headers: { 'Content-Type': 'multipart/form-data; boundary=x' }, body });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'truncated_body' });
    expect((await post(formOf([['video', blob('film')]]))).status).toBe(200);
  });

  it.skipIf(!existsSync('/dev/full'))('answers 507 when the disk fills up on the way', async () => {
    spoolPath = '/dev/full';
    expect(await post(formOf([['video', blob('x'.repeat(100_000))]]))).toMatchObject({ status: 507, body: { code: 'disk_full', detail: expect.stringContaining('the disk is full') } });
  });

  it('stops as soon as the upload is cancelled', async () => {
    const request = httpRequest(`${service.url}/upload`, { method: 'POST', headers: { 'Content-Type': 'multipart/form-data; boundary=edge', 'Content-Length': '1000000' } });
    const answered = new Promise<number>((resolve) => request.once('response', (response) => resolve(response.resume().statusCode!)));
    request.on('error', () => {}); // The service closes the connection under the rest of the body.
    request.write('--edge\r\nContent-Disposition: form-data; name="video"; filename="a.mp4"\r\n\r\nbytes that lead nowhere');
    while (progress.length === 0) await new Promise((resolve) => setImmediate(resolve));
    stopper.abort(Object.assign(new Error('cancelled'), {}));
    expect(await answered).toBe(500);
    request.destroy();
  });

  it('refuses what could never fit, before it is sent', async () => {
    await expect(assertRoom(dir, 2 ** 60)).rejects.toMatchObject({ code: 'disk_full' });
    await assertRoom(dir, 1);
  });
});
