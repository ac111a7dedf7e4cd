/** Chooses the bridge of the door this page was opened through. */
import type { Bridge } from './bridge.ts';
import { createPreloadBridge } from './electron.ts';
import { takeToken } from './token.ts';
import { createSocketBridge } from './web-socket.ts';

export const CONTROL_PATH = '/control';

export const connectBridge = (page: Window): Bridge => {
  if (page.vstack) return createPreloadBridge(page.vstack);
  const token = takeToken({ location: page.location, history: page.history, storage: page.sessionStorage }) ?? '';
  const { protocol, host } = page.location;
  return createSocketBridge({ url: `${protocol === 'https:' ? 'wss' : 'ws'}://${host}${CONTROL_PATH}`, token });
};
