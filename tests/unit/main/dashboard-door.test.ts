import { beforeEach, expect, test } from 'vitest';
import { followDashboardDoor } from '../../../main/dashboard-door.ts';
import { VStackError } from '../../../runtime/contract/errors.ts';
import { defaultSettings, type Settings } from '../../../runtime/contract/settings.ts';
import type { OpenDoor } from '../../../runtime/host/host.ts';
import { createFakeHost, until } from '../../fixtures/fake-host.ts';

let settings: Settings;
let log: string[];
const failures: unknown[] = [];
const closed = Promise.withResolvers<void>();
let takenPort: number | undefined;

const follow = async () => {
  const core = createFakeHost({ 'settings:get': () => Promise.resolve(settings) });
  await followDashboardDoor({
    host: {
      core, client: core.client, dataDir: '/data', clusterSecret: 'c', sessions: {} as never, closed: closed.promise,
      uploadTarget: () => ({ url: '', secret: '' }),
      addDoor: (door: OpenDoor) => Promise.resolve(() => door.close()),
    },
    rendererDir: '/page',
    onFailure: (error) => failures.push(error),
    openDoor: ({ port, tokenFile }) => {
      if (port === takenPort) return Promise.reject(new VStackError('port_in_use', 'taken'));
      log.push(`open ${port}, token in ${tokenFile}`);
      return Promise.resolve({ port, url: '', controlUrl: '', signInUrl: '', close: () => Promise.resolve(void log.push(`close ${port}`)) });
    },
  });
  return (change: Partial<Settings>): void => core.events.emit('settings:changed', { ...settings, ...change });
};
beforeEach(() => {
  settings = defaultSettings();
  log = [];
  failures.length = 0;
  takenPort = undefined;
});

test('there is no door until the setting asks for one, and then at once', async () => {
  const change = await follow();
  expect(log).toEqual([]);
  change({ dashboardDoor: 'on' });
  await until(() => log.length === 1);
  expect(log).toEqual(['open 0, token in /data/web-token.json']);
});

test('a door that is wanted from the start is open once the host is there', async () => {
  settings = { ...settings, dashboardDoor: 'on', dashboardPort: 8088 };
  await follow();
  expect(log).toEqual(['open 8088, token in /data/web-token.json']);
});

test('another port closes the old door before the new one opens; other settings touch nothing', async () => {
  settings = { ...settings, dashboardDoor: 'on', dashboardPort: 8088 };
  const change = await follow();
  change({ theme: 'dark' });
  change({ dashboardPort: 8089 });
  await until(() => log.length === 3);
  change({ dashboardDoor: 'off' });
  await until(() => log.length === 4);
  expect(log.map((entry) => entry.split(',')[0])).toEqual(['open 8088', 'close 8088', 'open 8089', 'close 8089']);
});

test('a port that is taken is told, the host lives on, and another port opens', async () => {
  takenPort = 8088;
  settings = { ...settings, dashboardDoor: 'on', dashboardPort: 8088 };
  const change = await follow();
  expect(failures).toMatchObject([{ code: 'port_in_use' }]);
  change({ dashboardPort: 8089 });
  await until(() => log.length === 1);
  expect(log[0]).toContain('open 8089');
});
