import { describe, expect, test } from 'vitest';
import { callsWithConsequences, questionBefore } from '../../../../renderer/palette/consequences.ts';
import { type ContractCall, contractCalls } from '../../../../renderer/palette/contract-calls.ts';
import { inputFrom } from '../../../../renderer/palette/form-input.ts';
import { type Field, fieldsOf } from '../../../../renderer/palette/json-schema.ts';
import { calls } from '../../../../runtime/contract/control/index.ts';

const callOf = (name: string): ContractCall => contractCalls.find((call) => call.name === name)!;
const fieldOf = (name: string, field: string): Field => callOf(name).fields.find((other) => other.name === field)!;

describe('the list of calls', () => {
  test('is the whole contract, with summaries and permissions', () => {
    expect(contractCalls.map((call) => call.name).sort()).toEqual(Object.keys(calls).sort());
    for (const call of contractCalls) expect(call.summary, call.name).toMatch(/^[A-Z].*\.$/s);
  });

  test.each(contractCalls.map((call) => [call.name, call] as const))('%s has a form that can hold every input: no field is of an unknown kind', (_name, call) => {
    const schema = Object.keys((calls[call.name].input as { shape?: object }).shape ?? {});
    expect(call.fields.map((field) => field.name).sort()).toEqual(schema.sort());
    for (const field of call.fields) expect(['text', 'number', 'choice', 'json']).toContain(field.kind);
  });
});

describe('a field', () => {
  test('says what it takes, in words', () => {
    expect(fieldOf('cluster:launch', 'nodeCount')).toMatchObject({ kind: 'number', isRequired: false, hint: 'whole number, 1 to 16; may be left out' });
    expect(fieldOf('videos:rename', 'title')).toMatchObject({ kind: 'text', isRequired: true, hint: 'text, 1 to 200 characters' });
    expect(fieldOf('logs:query', 'limit').hint).toBe('whole number, 1 to 10000; 500 when left out');
  });

  test('offers the values of an enumeration, and yes and no', () => {
    expect(fieldOf('settings:set', 'theme').choices.map((choice) => choice.value)).toEqual(['system', 'light', 'dark']);
    expect(fieldOf('nodes:remove', 'deleteData').choices.map((choice) => choice.label)).toEqual(['yes', 'no']);
  });

  test('knows nodes, videos and uploads by their ids', () => {
    expect(fieldOf('nodes:kill', 'nodeId').known).toBe('node');
    expect(fieldOf('videos:delete', 'videoId').known).toBe('video');
    expect(fieldOf('uploads:cancel', 'sessionId').known).toBe('upload');
  });

  test('that may be null is told from one that may be left out', () => {
    expect(fieldOf('settings:set', 'nodeCapacityBytes')).toMatchObject({ kind: 'number', isNullable: true });
    expect(fieldOf('playback:report', 'startupMs')).toMatchObject({ kind: 'number', isNullable: true, isRequired: true });
    expect(fieldOf('playback:report', 'sessionId').known).toBeNull();
  });

  test('with parts of its own is written as JSON', () => {
    expect(fieldsOf({ properties: { a: { type: 'object' }, b: { type: 'array' } } }).map((field) => field.kind)).toEqual(['json', 'json']);
  });
});

describe('an input is made from what was typed', () => {
  const fields = callOf('settings:set').fields;

  test('with numbers as numbers, empty fields left out, and null where the word stands', () => {
    expect(inputFrom(fields, { nodeCount: '3', portBase: '', theme: 'dark', nodeCapacityBytes: 'null' })).toEqual({ input: { nodeCount: 3, theme: 'dark', nodeCapacityBytes: null }, problems: [] });
    expect(inputFrom(callOf('nodes:remove').fields, { nodeId: 'node-1', deleteData: 'false' }).input).toEqual({ nodeId: 'node-1', deleteData: false });
    expect(inputFrom(callOf('logs:query').fields, { sources: '["host"]' }).input).toEqual({ sources: ['host'] });
  });

  test('a text that looks like a word of JSON stays text', () => {
    expect(inputFrom(callOf('videos:rename').fields, { videoId: 'v', title: 'true' }).input).toEqual({ videoId: 'v', title: 'true' });
  });

  test('what cannot be read is refused with what came', () => {
    expect(inputFrom(fields, { nodeCount: 'five' }).problems).toEqual([{ field: 'nodeCount', text: 'Expected a number, got “five”.' }]);
    expect(inputFrom(callOf('logs:query').fields, { sources: '[' }).problems[0]!.text).toMatch(/^Expected JSON: /);
  });
});

describe('a wrong input is refused before it is sent, with what was expected and what came', () => {
  test.each([
    ['cluster:launch', { nodeCount: 99 }, 'nodeCount', 'Expected at most 16, got 99.'],
    ['cluster:launch', { nodeCount: 0.5 }, 'nodeCount', 'Expected a whole number, got 0.5.'],
    ['settings:set', { theme: 'pink' }, 'theme', 'Expected one of system, light, dark, got "pink".'],
    ['nodes:kill', {}, 'nodeId', 'Expected text; it was left out.'],
    ['nodes:kill', { nodeId: 'a b' }, 'nodeId', 'Expected that a node id is 1–64 characters of A–Z a–z 0–9 _ -, got "a b".'],
    ['videos:rename', { videoId: 'v', title: '' }, 'title', 'Expected at least 1 character, got "".'],
    ['logs:query', { sources: ['host', 3] }, 'sources', 'Expected text at 1, got 3.'],
  ])('%s %o', (name, input, field, text) => expect(callOf(name).check(input)).toEqual([{ field, text }]));

  test('a right one is not', () => expect(callOf('cluster:launch').check({ nodeCount: 3 })).toEqual([]));
});

test('whatever ends or deletes something is asked about first, in words that say what stays', () => {
  expect(callsWithConsequences.every((name) => name in calls)).toBe(true);
  for (const name of callsWithConsequences) {
    const question = questionBefore(name, { nodeId: 'node-1', videoId: 'vid-1' })!;
    expect(question.title).toMatch(/\?$/);
    expect(question.text).toMatch(/\.$/);
  }
  expect(questionBefore('cluster:status', {})).toBeNull();
  expect(questionBefore('nodes:remove', { nodeId: 'n', deleteData: true })!.text).toContain('deleted');
});
