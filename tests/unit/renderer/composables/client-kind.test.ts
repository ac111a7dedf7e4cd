// @vitest-environment happy-dom
import { beforeEach, expect, test } from 'vitest';
import { nextTick } from 'vue';
import { CLIENT_CHOICES, clientNameOf, useClientKind } from '../../../../renderer/composables/client-kind.ts';
import { PLAYER_CLIENT_KINDS } from '../../../../runtime/contract/client-kind.ts';

beforeEach(() => localStorage.clear());

test('every client of a player can be chosen, and only those: an oracle needs somebody who knows the links', () => {
  expect(CLIENT_CHOICES.map((choice) => choice.value)).toEqual([...PLAYER_CLIENT_KINDS]);
  expect([clientNameOf('smart'), clientNameOf('oracle')]).toEqual(['Smart client', 'oracle']);
});

test('is the smart one at first, and afterwards the one that was chosen last', async () => {
  const client = useClientKind();
  expect(client.value).toBe('smart');
  client.value = 'naive';
  await nextTick();
  expect(useClientKind().value).toBe('naive');
});

test('is the smart one when what was kept is none that exists', () => {
  localStorage.setItem('vstack.client', 'clever');
  expect(useClientKind().value).toBe('smart');
});
