import { expect, test } from 'vitest';
import { fileNameOf } from '../../../../renderer/charts/save.ts';

test('a file is named by what it shows and when it was made', () => {
  const nowMs = new Date(2025, 2, 14, 15, 9, 26).getTime();
  expect(fileNameOf('Node scores', 'png', nowMs)).toBe('vstack-node-scores-20250314-150926.png');
  expect(fileNameOf('Request time, p95 (ms)', 'csv', nowMs)).toBe('vstack-request-time-p95-ms-20250314-150926.csv');
});
