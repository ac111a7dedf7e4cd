import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { portOwner } from '../../../../runtime/platform/net/port-owner.ts';
import { freePort, isPortAnswering, isPortFree, requireFreePorts, waitUntilPortAnswers } from '../../../../runtime/platform/net/ports.ts';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

const listen = async (port = 0): Promise<number> => {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};

describe('ports', () => {
  it('tells a port that listens from one that does not', async () => {
    const taken = await listen();
    const free = await freePort();
    expect(await isPortAnswering(taken)).toBe(true);
    expect(await isPortAnswering(free)).toBe(false);
    expect(await isPortFree(taken)).toBe(false);
    expect(await isPortFree(free)).toBe(true);
  });

  it('waits for a port that begins to listen later', async () => {
    const port = await freePort();
    const waiting = waitUntilPortAnswers(port);
    await listen(port);
    await expect(waiting).resolves.toBeUndefined();
  });

  it('says what was expected when nothing ever listens', async () => {
    const port = await freePort();
    await expect(waitUntilPortAnswers(port, '127.0.0.1', 60)).rejects.toMatchObject({ code: 'timeout', message: expect.stringContaining(String(port)) as string });
  });

  it.runIf(process.platform === 'linux')('names the process that holds a port', async () => {
    const port = await listen();
    expect(await portOwner(port)).toMatchObject({ pid: process.pid });
    expect(await portOwner(await freePort())).toBeUndefined();
  });

  it('names every taken port with its purpose and its owner in one error', async () => {
    const first = await listen();
    const second = await listen();
    const free = await freePort();
    const error = await requireFreePorts([
      { port: first, purpose: 'the metadata service' },
      { port: free, purpose: 'the uploader' },
      { port: second, purpose: 'node node-1' },
    ]).catch((reason: unknown) => reason as Error);
    expect(error).toMatchObject({ code: 'port_in_use', details: { port: first, ports: [{ port: first }, { port: second }] } });
    if (process.platform === 'linux') expect(error).toMatchObject({ details: { owner: { pid: process.pid, name: expect.any(String) as string } } });
    const { message } = error as Error;
    expect(message).toContain(`Port ${first}, wanted for the metadata service, is held by process ${process.pid}`);
    expect(message).toContain(`Port ${second}, wanted for node node-1`);
    // The command line is told once, however many ports its process holds.
    if (process.platform === 'linux') expect(message.match(/process \d+ \(/g)).toHaveLength(1);
    expect(message).not.toContain(String(free));
  });

  it('is content when all ports are free', async () => {
    await expect(requireFreePorts([{ port: await freePort(), purpose: 'a test' }])).resolves.toBeUndefined();
  });
});
