import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { DOCUMENTATION_URL, isOwnDocumentation } from '../../../main/external-links.ts';

test('the documentation is where package.json says', () => {
  expect(DOCUMENTATION_URL).toBe((JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as { homepage: string }).homepage);
});

test.each([DOCUMENTATION_URL, `${DOCUMENTATION_URL}/blob/main/docs/cli.md#serve`])('%s is our own documentation', (url) => expect(isOwnDocumentation(url)).toBe(true));

test.each([
  'http://github.com/vstack/control-center',
  'https://github.com/vstack/control-center-evil',
  'https://github.com/vstack/control-center/../../evil',
  'https://github.com.evil.example/vstack/control-center',
  'https://github.com@evil.example/vstack/control-center',
  'https://me:you@github.com/vstack/control-center',
  'https://github.com:8443/vstack/control-center',
  'javascript:alert(1)',
  'file:///etc/passwd',
  '',
])('"%s" is not', (url) => expect(isOwnDocumentation(url)).toBe(false));
