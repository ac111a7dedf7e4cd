import { expect, test } from 'vitest';
import { chunkName } from '../../../../renderer/format/chunk.ts';
import { chunkIdOf } from '../../../../runtime/contract/ids.ts';

test.each([0, 7, 42, 1234])('chunk %d is named as at the end of its id', (sequence) => {
  expect(chunkIdOf('vid-1' as never, sequence)).toBe(`vid-1-${chunkName(sequence)}`);
});
