/**
 * Every `*.txt` here is a script with its recorded trace. A test plays the script's commands again and compares every line. After a wanted
 * change, `UPDATE_SCENARIOS=1 npx vitest run tests/scenarios` records the traces anew: review them like code.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Stage } from './stage.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith('.txt'));

describe('a recorded scenario plays out as written', () => {
  it.each(files)('%s', (name) => {
    const recorded = readFileSync(`${folder}/${name}`, 'utf8');
    const script = recorded
      .split('\n')
      .filter((line) => !line.startsWith('    '))
      .join('\n');
    const played = new Stage().play(script);
    if (process.env.UPDATE_SCENARIOS) writeFileSync(`${folder}/${name}`, played);
    else expect(played).toBe(recorded);
  });

  it('and there are scripts to play', () => {
    expect(files.length).toBeGreaterThanOrEqual(6);
  });
});
