import { describe, expect, test } from 'vitest';
import { parseScenarioFile } from '../../../../renderer/network/scenario-file.ts';
import { builtInScenarios } from '../../../../runtime/contract/network.ts';

describe('a file', () => {
  test('that was exported comes back as a scenario of one\'s own', () => {
    for (const scenario of builtInScenarios) {
      const { id: _id, isBuiltIn: _isBuiltIn, ...rest } = scenario;
      expect(parseScenarioFile('s.json', JSON.stringify(scenario))).toEqual(rest);
    }
  });
  test('written by hand needs neither id nor description', () => {
    expect(parseScenarioFile('s.json', '{"version":1,"name":"Mine","durationSec":5,"steps":[]}')).toEqual({ version: 1, name: 'Mine', description: '', durationSec: 5, steps: [] });
  });
  test.each([
    ['nonsense', '{', /"s\.json" is no JSON: .* Choose a file that was exported here\./],
    ['another thing', '[1,2]', /"s\.json" is no scenario\./],
    ['a newer version', '{"version":9,"name":"Mine","durationSec":5,"steps":[]}', /version: /],
    ['a wrong step', '{"version":1,"name":"Mine","durationSec":5,"steps":[{"atSec":-1,"target":{"nodes":"all"},"action":{"kind":"kill"}}]}', /steps\[0\]\.atSec: /],
    ['something huge', ' '.repeat(1_000_001), /too large/],
  ])('with %s is refused in words', (_what, text, words) => {
    expect(() => parseScenarioFile('s.json', text)).toThrow(words);
  });
});
