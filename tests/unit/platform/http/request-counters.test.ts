import { request as httpRequest } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { VStackError } from '../../../../runtime/contract/errors.ts';
import { RequestCounters } from '../../../../runtime/contract/beat-details.ts';
import { signPath } from '../../../../runtime/platform/http/guard.ts';
import { createRequestCounting } from '../../../../runtime/platform/http/request-counters.ts';
import { createHttpService, type HttpService } from '../../../../runtime/platform/http/server.ts';
import { silentLogger } from '../../../../runtime/platform/log.ts';
import { until } from '../../../fixtures/fake-host.ts';

const SECRET = '1'.repeat(64);
const URL_KEY = '3'.repeat(64);
let service: HttpService | undefined;
afterEach(() => service?.close(0));

describe('the counters of requests', () => {
  it('count failures of the server, not those of callers, and leave out empty buckets at the end', () => {
    const counting = createRequestCounting();
    for (const status of [200, 404, 500, 507]) counting.add(status, 0.3);
    const counters = counting.read();
    expect(RequestCounters.parse(counters)).toEqual(counters);
    expect(counters).toEqual({ requestCount: 4, errorCount: 2, latencyCounts: [0, 0, 0, 0, 4], latencyMsMax: 0.3 });
    expect(createRequestCounting().read()).toEqual({ requestCount: 0, errorCount: 0, latencyCounts: [], latencyMsMax: 0 });
  });

  it('of a service count every answer but probes, refusals too', async () => {
    const signedBy: boolean[] = [];
    service = await createHttpService({
      routes: [
        { method: 'GET', path: '/open', access: 'signed', handle: ({ reply, signed }) => void (signedBy.push(signed), reply({})) },
        { method: 'GET', path: '/probe', isProbe: true, handle: ({ reply }) => reply({}) },
        { method: 'GET', path: '/broken', handle: () => { throw new VStackError('disk_full', 'full'); } },
      ],
      log: silentLogger(), port: 0, authentication: 'on', secret: SECRET, urlKey: URL_KEY, wallMs: Date.now,
    });
    const { port } = service;
    const get = (path: string, headers: Record<string, string> = { Authorization: `Bearer ${SECRET}` }): Promise<void> =>
      new Promise((resolve, reject) => {
        httpRequest({ port, host: '127.0.0.1', path, headers, agent: false }, (response) => response.resume().once('close', resolve)).once('error', reject).end();
      });
    await get('/open');
    await get(signPath(URL_KEY, '/open', Math.floor(Date.now() / 1000) + 60), {});
    for (const path of ['/probe', '/metrics', '/broken', '/nowhere']) await get(path);
    await get('/broken', {});
    expect(signedBy).toEqual([false, true]);
    // A client may have its answer a moment before the server has closed it.
    const { requests } = service;
    await until(() => requests.read().requestCount >= 5, 'the last answer');
    expect(requests.read()).toMatchObject({ requestCount: 5, errorCount: 1 });
  });
});
