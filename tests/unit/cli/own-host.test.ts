import { expect, it } from 'vitest';
import type { OwnHost } from '../../../runtime/cli/context.ts';
import { hostOrCancelled } from '../../../runtime/cli/own-host.ts';

const never = new Promise<OwnHost>(() => {});
const host = { signInUrl: 'http://127.0.0.1:1/' } as OwnHost;

it('a signal ends the wait for a host whose start hangs, whether it comes before or during', async () => {
  const aborter = new AbortController();
  const waiting = hostOrCancelled(never, aborter.signal, 0);
  aborter.abort();
  await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
  await expect(hostOrCancelled(never, aborter.signal, 0)).rejects.toMatchObject({ code: 'cancelled' });
});

it('a host that opens in time is handed over even then, so that it can be closed in order', async () => {
  expect(await hostOrCancelled(Promise.resolve(host), AbortSignal.abort(), 60_000)).toBe(host);
  await expect(hostOrCancelled(Promise.reject(new Error('no room')), AbortSignal.abort(), 60_000)).rejects.toThrow('no room');
});
