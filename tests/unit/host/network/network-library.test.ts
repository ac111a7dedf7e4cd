import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { changeLink, normalLink } from '../../../../runtime/contract/link.ts';
import { builtInProfiles, builtInScenarios, type Scenario } from '../../../../runtime/contract/network.ts';
import { freeId } from '../../../../runtime/host/network/ids.ts';
import { OWN_MAX, openNetworkLibrary } from '../../../../runtime/host/network/network-library.ts';

let dir: string;
let path: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vstack-network-'));
  path = join(dir, 'network.json');
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const settings = changeLink(normalLink, { toClient: { bitsPerSecond: 3_000_000 } });
const profile = (name: string) => ({ name, description: '', settings });
const scenario = (name: string, steps: Scenario['steps'] = []) => ({ version: 1 as const, name, description: '', durationSec: 20, steps });
const useOf = (profileId: string): Scenario['steps'] => [{ atSec: 1, target: { nodes: 'all' }, action: { kind: 'profile', profileId } }];

describe('profiles and scenarios', () => {
  it('begin with the built-in ones, and write no file for that', async () => {
    const library = await openNetworkLibrary(path);
    expect(library.profiles()).toEqual(builtInProfiles);
    expect(library.scenarios()).toEqual(builtInScenarios);
    expect(existsSync(path)).toBe(false);
  });

  it('of a person come after them, with ids made from their names, and are there the next time', async () => {
    const library = await openNetworkLibrary(path);
    expect(await library.saveProfile(profile('Café Wi-Fi'))).toEqual({ id: 'cafe-wi-fi', isBuiltIn: false, ...profile('Café Wi-Fi') });
    expect((await library.saveProfile(profile('Café Wi-Fi'))).id).toBe('cafe-wi-fi-2');
    expect((await library.saveProfile(profile('LTE'))).id).toBe('lte-2');
    expect((await library.saveScenario(scenario('Sunday evening', useOf('cafe-wi-fi')))).id).toBe('sunday-evening');
    const again = await openNetworkLibrary(path);
    expect(again.profiles().slice(builtInProfiles.length).map(({ id }) => id)).toEqual(['cafe-wi-fi', 'cafe-wi-fi-2', 'lte-2']);
    expect(again.scenario('sunday-evening')).toEqual(library.scenario('sunday-evening'));
  });

  it('are replaced in their place by their id, and deleted', async () => {
    const library = await openNetworkLibrary(path);
    await library.saveProfile(profile('One'));
    await library.saveProfile(profile('Two'));
    await library.saveProfile({ ...profile('Renamed'), id: 'one' });
    expect(library.profiles().slice(-2).map(({ id, name }) => [id, name])).toEqual([['one', 'Renamed'], ['two', 'Two']]);
    await library.deleteProfile('one');
    expect(library.profiles().at(-1)!.id).toBe('two');
    await library.saveScenario(scenario('Mine'));
    await library.saveScenario({ ...scenario('Mine, longer'), durationSec: 40, id: 'mine' });
    expect(library.scenario('mine').durationSec).toBe(40);
    await library.deleteScenario('mine');
    expect(library.scenarios()).toEqual(builtInScenarios);
  });

  it('that are saved at once are all kept', async () => {
    const library = await openNetworkLibrary(path);
    await Promise.all(['A', 'B', 'C', 'A'].map((name) => library.saveProfile(profile(name))));
    expect((await openNetworkLibrary(path)).profiles().slice(builtInProfiles.length).map(({ id }) => id)).toEqual(['a', 'b', 'c', 'a-2']);
  });

  it('that come with the program stay as they are', async () => {
    const library = await openNetworkLibrary(path);
    await expect(library.saveProfile({ ...profile('Mine'), id: 'lte' })).rejects.toMatchObject({ code: 'forbidden', message: expect.stringContaining('“LTE” comes with the program') as string });
    await expect(library.deleteProfile('lte')).rejects.toMatchObject({ code: 'forbidden' });
    await expect(library.saveScenario({ ...scenario('Mine'), id: 'chaos' })).rejects.toMatchObject({ code: 'forbidden' });
    await expect(library.deleteScenario('chaos')).rejects.toMatchObject({ code: 'forbidden' });
    expect(existsSync(path)).toBe(false);
  });

  it('that do not exist are not found, and the known ones are named', async () => {
    const library = await openNetworkLibrary(path);
    expect(() => library.profile('4g')).toThrow(/no profile "4g"; known: normal, .*5g/);
    expect(() => library.scenario('nothing')).toThrow(/known: normal-operation/);
    for (const work of [library.deleteProfile('4g'), library.saveProfile({ ...profile('X'), id: '4g' }), library.deleteScenario('x'), library.saveScenario({ ...scenario('X'), id: 'x' })]) {
      await expect(work).rejects.toMatchObject({ code: 'not_found' });
    }
  });

  it('refuse steps after the end and profiles that do not exist', async () => {
    const library = await openNetworkLibrary(path);
    const late: Scenario['steps'] = [{ atSec: 20.5, target: { nodes: 'all' }, action: { kind: 'normal' } }];
    await expect(library.saveScenario(scenario('Late', late))).rejects.toMatchObject({ code: 'bad_request', message: expect.stringContaining('Step 1 at 20.5 s') as string });
    await expect(library.saveScenario(scenario('Lost', useOf('4g')))).rejects.toMatchObject({ code: 'not_found' });
    const random: Scenario['steps'] = [{ atSec: 0, target: { nodes: 'random' }, action: { kind: 'random-profile', profileIds: ['lte', '4g'] } }];
    await expect(library.saveScenario(scenario('Lost', random))).rejects.toMatchObject({ code: 'not_found' });
  });

  it('keep a profile that a scenario uses', async () => {
    const library = await openNetworkLibrary(path);
    await library.saveProfile(profile('Mine'));
    await library.saveScenario(scenario('User', useOf('mine')));
    await expect(library.deleteProfile('mine')).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('“User” uses the profile') as string });
    await library.deleteScenario('user');
    await library.deleteProfile('mine');
  });

  it('are not more than a person keeps apart', async () => {
    const own = Array.from({ length: OWN_MAX }, (_, index) => ({ ...profile(`P${index}`), id: `p${index}` }));
    await writeFile(path, JSON.stringify({ version: 1, profiles: own, scenarios: [] }));
    const library = await openNetworkLibrary(path);
    await expect(library.saveProfile(profile('One more'))).rejects.toMatchObject({ code: 'conflict' });
    await library.saveProfile({ ...profile('Another name'), id: 'p0' });
  });

  it.each([
    ['{', /JSON|json/], ['{}', /no version number/], ['[]', /no version number/], ['{"version": 2, "profiles": [], "scenarios": []}', /version 2.*newer program/],
    ['{"version": 1}', /"profiles" is wrong/], ['{"version": 1, "profiles": [{"id": "x", "name": "X", "settings": {}}], "scenarios": []}', /profiles\.0\.settings/],
    ['{"version": 0, "profiles": 1, "scenarios": []}', /is wrong/],
  ])('of a file such as %s are refused, and the file is left as it is', async (content, message) => {
    await writeFile(path, content);
    await expect(openNetworkLibrary(path)).rejects.toThrow(message);
    expect(await readFile(path, 'utf8')).toBe(content);
  });
});

describe('an id', () => {
  it.each([['Büro 2', [], 'buro-2'], ['  --x--  ', [], 'x'], ['日本', [], 'profile'], ['日本', ['profile'], 'profile-2'], ['A', ['a', 'a-2'], 'a-3'], ['y'.repeat(60), [], 'y'.repeat(50)]])(
    'of %j beside %j is %s',
    (name, taken, id) => expect(freeId(name, taken, 'profile')).toBe(id),
  );
});
