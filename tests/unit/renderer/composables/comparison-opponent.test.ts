import { expect, test } from 'vitest';
import { shallowRef } from 'vue';
import { useOpponent } from '../../../../renderer/composables/comparison-opponent.ts';
import type { ClientKind } from '../../../../runtime/contract/client-kind.ts';

test('it is naive at first, whoever was chosen then, and whoever is there where that one was not compared', () => {
  const pairs = shallowRef<{ against: ClientKind }[]>([{ against: 'naive-retry' }, { against: 'naive' }, { against: 'oracle' }]);
  const opponent = useOpponent(() => pairs.value);
  expect(opponent.value).toBe('naive');
  opponent.value = 'oracle';
  expect(opponent.value).toBe('oracle');
  pairs.value = [{ against: 'random-two' }];
  expect(opponent.value).toBe('random-two');
  pairs.value = [];
  expect(opponent.value).toBeNull();
  pairs.value = [{ against: 'naive' }, { against: 'oracle' }];
  expect(opponent.value).toBe('oracle');
});
