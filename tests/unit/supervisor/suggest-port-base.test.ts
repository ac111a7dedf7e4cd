import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { isPortFree, requireFreePorts } from '../../../runtime/platform/net/ports.ts';
import { suggestPortBase, wantedPorts } from '../../../runtime/supervisor/suggest-port-base.ts';

const nodes = [1, 2, 3, 4].map((number) => ({ nodeId: `node-${number}`, number }));
const except = (...taken: number[]) => ({ isFree: (port: number) => Promise.resolve(!taken.includes(port)) });

describe('another port base', () => {
  it('is one from which every wanted port is free, nodes of the second row too', async () => {
    expect(wantedPorts(8080, nodes).map(({ port }) => port)).toEqual([8080, 8081, 8082, 8083, 8090, 8084]);
    expect(await suggestPortBase(8080, nodes, except(8080))).toBe(8180);
    expect(await suggestPortBase(8080, nodes, except(8080, 8184, 8290))).toBe(8380);
    expect(await suggestPortBase(64_950, nodes, except())).toBe(1_074);
  });

  it('is not named where nothing is free', async () => {
    expect(await suggestPortBase(8080, nodes, { isFree: () => Promise.resolve(false) })).toBeUndefined();
  });

  it('is really free on this machine', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const base = await suggestPortBase((server.address() as AddressInfo).port, nodes, { isFree: isPortFree });
    await expect(requireFreePorts(wantedPorts(base!, nodes))).resolves.toBeUndefined();
    await new Promise((resolve) => server.close(resolve));
  });
});
