import { expect, test } from 'vitest';
import type { Command } from '../../../../renderer/composables/commands.ts';
import { CALLS, highlighted, RECENT, searchCommands, VIDEOS } from '../../../../renderer/palette/search.ts';

const command = (id: string, group: string, title: string, overrides: Partial<Command> = {}): Command => ({ id, group, title, run: () => undefined, ...overrides });
const commands: Command[] = [
  command('stop', 'Cluster', 'Stop the cluster'),
  command('node-2', 'Nodes', 'node-2'),
  command('kill-2', 'Nodes', 'Kill node-2', { isQuiet: true }),
  ...Array.from({ length: 9 }, (_, index) => command(`v${index}`, VIDEOS, `Play lecture ${index}`)),
  command('call:nodes:kill', CALLS, 'nodes:kill', { detail: 'Kills a storage node.' }),
  command('call:cluster:stop', CALLS, 'cluster:stop', { detail: 'Stops every process.' }),
];
const ids = (query: string, recentIds: string[] = []): string[] => searchCommands(commands, query, recentIds).flatMap((group) => group.hits.map((hit) => hit.command.id));
const names = (query: string, recentIds: string[] = []): string[] => searchCommands(commands, query, recentIds).map((group) => group.name);

test('without a query it shows what there is, in the given order, but not every one of many alike', () => {
  expect(names('')).toEqual(['Cluster', 'Nodes', VIDEOS, CALLS]);
  expect(ids('')).not.toContain('kill-2');
  expect(ids('').filter((id) => /^v\d/.test(id))).toHaveLength(5);
});

test('the ones used lately come first, the latest at the top, and not twice', () => {
  expect(names('', ['v7', 'gone', 'stop'])[0]).toBe(RECENT);
  expect(ids('', ['v7', 'gone', 'stop']).slice(0, 2)).toEqual(['v7', 'stop']);
  expect(ids('', ['stop']).filter((id) => id === 'stop')).toHaveLength(1);
});

test('the group of the best hit comes first; plain words go before the call they make', () => {
  expect(names('kill')).toEqual(['Nodes', CALLS]);
  expect(ids('stop cluster')).toEqual(['stop', 'call:cluster:stop']);
});

test('one that was used lately wins over one that matches as well', () => {
  expect(ids('lecture')[0]).toBe('v0');
  expect(ids('lecture', ['v6'])[0]).toBe('v6');
});

test('nothing is found for what nothing is called', () => expect(searchCommands(commands, 'qqqq', [])).toEqual([]));

test('a title is cut into found and other parts', () => {
  expect(highlighted('Kill node-2', [[0, 4]])).toEqual([{ text: 'Kill', isFound: true }, { text: ' node-2', isFound: false }]);
  expect(highlighted('plain', [])).toEqual([{ text: 'plain', isFound: false }]);
});
