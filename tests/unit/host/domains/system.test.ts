import { describe, expect, it } from 'vitest';
import { nodeFolderOf, systemHandlers } from '../../../../runtime/host/domains/system.ts';
import { clusterStatus, systemInfo } from '../../../fixtures/scripted-door/states.ts';

const create = (opened = true) => {
  const shown: string[] = [];
  let chosen: string | null = null;
  const handlers = systemHandlers({
    info: () => Promise.resolve(systemInfo()),
    doctorOptions: () => ({ dataDir: '/data', entries: {}, portBase: 0, isClusterRunning: false }),
    diagnostics: () => Promise.resolve('all is well'),
    nodeFolder: (nodeId) => nodeFolderOf(clusterStatus(), nodeId),
    dataFolder: { get: () => chosen, set: (path) => (chosen = path) ?? '/usual' },
    openFolder: (path) => {
      shown.push(path);
      return Promise.resolve(opened);
    },
    shutDown: () => undefined,
  });
  return { handlers, shown, chosen: () => chosen };
};

describe('the calls about the program itself', () => {
  it('open only folders that the program knows, never a path that a caller names', async () => {
    const { handlers, shown } = create();
    const { paths } = systemInfo();
    expect(await handlers['system:open-folder']({ folder: 'logs' })).toEqual({ path: paths.logs, opened: true });
    expect((await handlers['system:open-folder']({ folder: 'node', nodeId: 'node-2' })).path).toMatch(/nodes\/node-2$/);
    expect(shown).toHaveLength(2);
  });

  it('refuse the folder of a node that is not named or not there', async () => {
    const { handlers, shown } = create();
    await expect(handlers['system:open-folder']({ folder: 'node' })).rejects.toMatchObject({ code: 'bad_request' });
    await expect(handlers['system:open-folder']({ folder: 'node', nodeId: 'metadata' })).rejects.toMatchObject({ code: 'not_found', message: expect.stringContaining('known: node-1') as string });
    expect(shown).toEqual([]);
  });

  it('name the folder even where nothing can open it', async () => {
    const { handlers } = create(false);
    expect(await handlers['system:open-folder']({ folder: 'data' })).toEqual({ path: systemInfo().paths.data, opened: false });
  });

  it('choose the next data folder and answer with it', () => {
    const { handlers, chosen } = create();
    expect(handlers['system:set-data-folder']({ path: '/videos' })).toEqual({ path: '/videos' });
    expect(chosen()).toBe('/videos');
    expect(handlers['system:set-data-folder']({ path: null })).toEqual({ path: '/usual' });
  });

  it('tell the diagnostics', async () => {
    expect(await create().handlers['system:diagnostics']()).toEqual({ text: 'all is well' });
  });
});
