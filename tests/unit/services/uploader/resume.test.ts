/** The uploader is a real process here, killed with SIGKILL at chosen moments, which the fake nodes and the metadata service reveal. */
import { readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UploadsResponse } from '../../../../runtime/contract/wire/uploader.ts';
import { sha256Hex } from '../../../../runtime/platform/crypto.ts';
import { ingest } from '../../../../runtime/services/uploader/ingest/ingest.ts';
import { samplePath, startUploaderRig, type UploaderRig } from '../../../fixtures/uploader-rig.ts';

let rig: UploaderRig;
let remuxSha256: string;
beforeEach(async () => {
  rig = await startUploaderRig({ run: 'process' });
  const steps = ingest(samplePath, { signal: new AbortController().signal });
  let step = await steps.next();
  while (!step.done) step = await steps.next();
  remuxSha256 = step.value.sha256;
});
afterEach(() => rig.close());

/** Resolves as soon as `call` reaches a node for the `count`-th time; the node goes on without an answer that anybody hears. */
const reached = (call: string, count: number): Promise<void> =>
  new Promise((resolve) => {
    let seen = 0;
    for (const node of rig.cluster.nodes) {
      node.faults.set(call, () => {
        seen += 1;
        if (seen === count) resolve();
        return undefined;
      });
    }
  });

const expectWhole = async (videoId: string): Promise<void> => {
  expect(sha256Hex(await rig.readBack(videoId))).toBe(remuxSha256);
  expect(await rig.manifest(videoId)).toMatchObject({ status: 'active', total_chunks: 6, media: { sha256: remuxSha256 } });
  expect(await rig.workFiles()).toEqual([]);
};

describe('an upload whose uploader is killed', () => {
  it.each([
    ['at the first ACCEPT', 'accept', 1],
    ['with five chunks in flight', 'accept', 13],
    ['at the last chunk', 'accept', 18],
    ['after several commits', 'learn', 9],
  ])('%s goes on after the restart and is whole', async (_when, call, count) => {
    const moment = reached(call, count);
    const { body } = await rig.postPath(samplePath, 'Killed');
    await moment;
    await rig.kill();
    await rig.start();
    const end = await rig.waitFor(body.upload_session_id);
    expect(end).toMatchObject({ status: 'completed', title: 'Killed', error: null, video_id: body.video_id });
    await expectWhole(body.video_id);
  });

  it('again and again, at whatever moment, is whole in the end', async () => {
    const { body } = await rig.postForm(await readFile(samplePath));
    for (let round = 1; round <= 3; round += 1) {
      await Promise.race([reached('accept', round * 2), rig.waitFor(body.upload_session_id)]);
      await rig.kill();
      await rig.start();
    }
    expect(await rig.waitFor(body.upload_session_id)).toMatchObject({ status: 'completed' });
    await expectWhole(body.video_id);
  });

  it('does not ask the stores again for what is committed', async () => {
    const moment = reached('learn', 9);
    const { body } = await rig.postPath(samplePath);
    await moment;
    await rig.kill();
    const committed = (await rig.manifest(body.video_id)).chunks.map((chunk) => chunk.chunk_id);
    expect(committed.length).toBeGreaterThan(0);
    for (const node of rig.cluster.nodes) node.calls.length = 0;
    await rig.start();
    await rig.waitFor(body.upload_session_id);
    const asked = rig.cluster.nodes.flatMap((node) => node.calls).filter((call) => /^(accept|prepare|stage) /.test(call));
    for (const chunkId of committed) expect(asked.filter((call) => call.includes(`${chunkId}.`))).toEqual([]);
  });

  it('fails clearly when the file has changed meanwhile, and its video is deleted', async () => {
    const path = join(rig.dir, 'changing.mp4');
    await writeFile(path, await readFile(samplePath));
    const moment = reached('accept', 4);
    const { body } = await rig.postPath(path);
    await moment;
    await rig.kill();
    await utimes(path, new Date(0), new Date(0));
    await rig.start();
    expect(await rig.waitFor(body.upload_session_id)).toMatchObject({ status: 'failed', error_code: 'conflict', error: expect.stringContaining('changed') });
    expect((await rig.videos()).map(({ status }) => status)).toEqual(['deleted']);
  });

  it('fails clearly when the file is gone', async () => {
    const path = join(rig.dir, 'going.mp4');
    await writeFile(path, await readFile(samplePath));
    const moment = reached('accept', 4);
    const { body } = await rig.postPath(path);
    await moment;
    await rig.kill();
    await rm(path);
    await rig.start();
    expect(await rig.waitFor(body.upload_session_id)).toMatchObject({ status: 'failed', error_code: 'not_found' });
  });

  it('begins again when the metadata service has given the video up', async () => {
    const moment = reached('accept', 4);
    const { body } = await rig.postPath(samplePath);
    await moment;
    await rig.kill();
    for (const node of rig.cluster.nodes) node.faults.clear();
    await rig.cluster.call('DELETE', `/video/${body.video_id}`);
    await rig.start();
    const end = await rig.waitFor(body.upload_session_id);
    expect(end.status).toBe('completed');
    expect(end.video_id).not.toBe(body.video_id);
    await expectWhole(end.video_id!);
  });

  it('before the file had arrived is ended, since nobody was told that it would go on', async () => {
    const abort = new AbortController();
    const form = new ReadableStream<Uint8Array>({
      async start(controller) {
        controller.enqueue(new TextEncoder().encode('--edge\r\nContent-Disposition: form-data; name="video"; filename="film.mp4"\r\n\r\n'));
        controller.enqueue((await readFile(samplePath)).subarray(0, 300_000));
      },
    });
    const sent = rig.request('/upload', {
      method: 'POST',
      body: form,
      headers: { 'Content-Type': 'multipart/form-data; boundary=edge' },
      signal: abort.signal,
      duplex: 'half',
    } as RequestInit);
    sent.catch(() => {}); // The uploader is killed under it.
    let sessionId: string | undefined;
    while (!sessionId) sessionId = UploadsResponse.parse((await rig.json('/uploads')).body).uploads.find((upload) => upload.bytes_done > 0)?.upload_session_id;
    await rig.kill();
    expect(await readdir(join(rig.dir, 'uploader', 'sessions', sessionId))).toContain('source');
    await rig.start();
    expect(await rig.waitFor(sessionId)).toMatchObject({ status: 'failed', error: expect.stringContaining('interrupted') });
    expect(await rig.workFiles()).toEqual([]);
    abort.abort();
  });
});

describe('records on disk', () => {
  it('of ended uploads are still told after a restart', async () => {
    const { body } = await rig.postPath(samplePath, 'Remember me');
    const before = await rig.waitFor(body.upload_session_id);
    await rig.kill();
    await rig.start();
    expect(await rig.status(body.upload_session_id)).toEqual(before);
  });

  it('that cannot be read are left alone, and do not keep the uploader from starting', async () => {
    const { body } = await rig.postPath(samplePath);
    await rig.waitFor(body.upload_session_id);
    await rig.kill();
    const path = join(rig.dir, 'uploader', 'sessions', body.upload_session_id, 'state.json');
    await writeFile(path, '{"version": 99}');
    await rig.start();
    expect((await rig.json<UploadsResponse>('/uploads')).body.uploads).toEqual([]);
    expect(await readFile(path, 'utf8')).toBe('{"version": 99}');
  });
});
